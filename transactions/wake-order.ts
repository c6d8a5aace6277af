import type { OrderId } from '../domain/ids.ts';
import { isOpenLeg } from '../domain/payout-leg.ts';
import type { Job } from '../queues/define-queue.ts';
import { jobForLeg, jobForOrder } from '../queues/next-job.ts';
import type { Enqueue } from '../queues/transact.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import { findOrder, wakeOrder } from '../store/orders/orders.ts';
import { note } from '../store/orders/timeline.ts';
import { legsOfOrder, wakeLeg } from '../store/payouts/legs.ts';

/**
 * Has the workers look at an order and its open payouts now: enqueues a new job for each, even if an earlier job has
 * failed or is delayed. Returns the job ids; empty when only a person or a provider can move the order on.
 */
export async function wakeOrderAndPayouts(
  em: EntityManager,
  enqueue: Enqueue,
  id: OrderId,
): Promise<readonly string[]> {
  const order = await findOrder(em, id);
  if (!order) return [];
  const woken: (Job | undefined)[] = [];
  const again = jobForOrder(order) && (await wakeOrder(em, id));
  woken.push(again ? jobForOrder(again) : undefined);
  // A payout that has ended is read again when its provider tells of it.
  for (const leg of (await legsOfOrder(em, id)).filter(({ status }) => isOpenLeg(status))) {
    const looked = await wakeLeg(em, leg.id);
    woken.push(looked ? jobForLeg(looked) : undefined);
  }
  const jobs = woken.filter(job => job !== undefined);
  for (const job of jobs) enqueue(job);
  if (jobs.length > 0) await note(em, id, 'noted', 'woken by an operator', { jobs: jobs.map(job => job.id) });
  return jobs.map(job => job.id);
}
