import type { OrderId } from '../domain/ids.ts';
import { isOpenLeg } from '../domain/payout-leg.ts';
import type { Job } from '../queues/contract.ts';
import { jobForLeg, jobForOrder } from '../queues/next-job.ts';
import type { Transact } from '../queues/transact.ts';
import { legsOfOrder, wakeLeg } from '../store/legs.ts';
import { findOrder, wakeOrder } from '../store/orders.ts';
import { note } from '../store/timeline.ts';

/**
 * Has an order and its payouts looked at now: a new job for each that has one, although an earlier job may still sit in
 * *failed* or wait for its time. Gives the ids of the jobs; none when nothing but a person can move the order on.
 */
export const wake = (transact: Transact, orderId: OrderId): Promise<readonly string[]> =>
  transact(async (em, enqueue) => {
    const order = await findOrder(em, orderId);
    if (!order) return [];
    const woken: (Job | undefined)[] = [];
    const again = jobForOrder(order) && (await wakeOrder(em, order.id));
    woken.push(again ? jobForOrder(again) : undefined);
    for (const leg of await legsOfOrder(em, order.id)) {
      if (!isOpenLeg(leg.status)) continue;
      const looked = jobForLeg(leg) && (await wakeLeg(em, leg.id));
      woken.push(looked ? jobForLeg(looked) : undefined);
    }
    const jobs = woken.filter(job => job !== undefined);
    for (const job of jobs) enqueue(job);
    if (jobs.length > 0) await note(em, order.id, 'noted', 'woken by an operator', { jobs: jobs.map(({ id }) => id) });
    return jobs.map(({ id }) => id);
  });
