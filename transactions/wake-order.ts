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
 * Has the workers look at an order and its payouts now: enqueues a new job for each, even if an earlier job has failed
 * or is delayed. Returns the job ids; empty when only a person can move the order on.
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
  const legs = await legsOfOrder(em, id);
  const open = legs.filter(leg => isOpenLeg(leg.status));
  // Where nothing else is left to look at, what has ended is read once more: its money may have come back.
  for (const leg of again || open.length > 0 ? open : legs) {
    const looked = jobForLeg(leg) && (await wakeLeg(em, leg.id));
    woken.push(looked ? jobForLeg(looked) : undefined);
  }
  const jobs = woken.filter(job => job !== undefined);
  for (const job of jobs) enqueue(job);
  if (jobs.length > 0) await note(em, id, 'noted', 'woken by an operator', { jobs: jobs.map(job => job.id) });
  return jobs.map(job => job.id);
}
