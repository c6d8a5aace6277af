import type { UserId } from '../domain/ids.ts';
import type { WaitReason } from '../domain/order.ts';
import { jobForOrder } from '../queues/next-job.ts';
import type { Enqueue } from '../queues/transact.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import { wakeWaiting } from '../store/orders/orders.ts';

/** Wakes the orders that wait for `reason`, of one user or of all. Returns how many; the sweep wakes the rest. */
export async function resumeOrders(
  em: EntityManager,
  enqueue: Enqueue,
  reason: WaitReason,
  userId: UserId | null,
): Promise<number> {
  const { orders, total } = await wakeWaiting(em, reason, userId);
  for (const order of orders) enqueue(jobForOrder(order));
  return total;
}
