import type { OrderId } from '../domain/ids.ts';
import type { Job } from '../queues/contract.ts';
import { jobForLeg } from '../queues/next-job.ts';
import type { Transact } from '../queues/transact.ts';
import { legsOfOrder, wakeLeg } from '../store/legs.ts';
import { findOrder, wakeOrder } from '../store/orders.ts';
import { findSale } from '../store/sales.ts';
import { note } from '../store/timeline.ts';
import { ownJob } from './current-queue.ts';

/**
 * Has an order looked at now: a new job for it, or for its payouts once the sale is booked, although an earlier one may
 * still sit in *failed* or wait for its time. Gives the ids of the jobs; none when nothing but a person can move it.
 */
export const wake = (transact: Transact, orderId: OrderId): Promise<readonly string[]> =>
  transact(async (em, enqueue) => {
    const order = await findOrder(em, orderId);
    if (!order) return [];
    const booked = (await findSale(em, order.id)) !== null;
    const woken: (Job | undefined)[] = [];
    if (ownJob(order, booked)) {
      const again = await wakeOrder(em, order.id);
      woken.push(again ? ownJob(again, booked) : undefined);
    } else {
      for (const leg of await legsOfOrder(em, order.id)) {
        const again = jobForLeg(leg) && (await wakeLeg(em, leg.id));
        woken.push(again ? jobForLeg(again) : undefined);
      }
    }
    const jobs = woken.filter(job => job !== undefined);
    for (const job of jobs) enqueue(job);
    if (jobs.length > 0) await note(em, order.id, 'noted', 'woken by an operator', { jobs: jobs.map(({ id }) => id) });
    return jobs.map(({ id }) => id);
  });
