import { enqueueWoken } from '../queues/enqueue-woken.ts';
import { jobForOrder } from '../queues/next-job.ts';
import type { Enqueue } from '../queues/transact.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Order } from '../store/entities/order.ts';
import { freeze, wakeOrder } from '../store/orders/orders.ts';
import { stopOrder } from './stop-order.ts';

/**
 * A reversed payment stops the purchase only. After the purchase its freeze ends, and the sale is booked on what
 * remains.
 */
export const clearReversalFreeze = ({ frozenFor }: Order): Partial<Order> =>
  frozenFor === 'PAYMENT_REVERSED' ? { frozenFor: null } : {};

/** Nothing is bought for money that was refunded. A purchase in progress stops before its next call. */
export async function haltPurchase(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  why: 'PAYMENT_REVERSED' | 'DISPUTE',
  note: string,
): Promise<void> {
  if (order.status === 'PAID' || order.status === 'WAITING')
    await stopOrder(em, enqueue, order, 'held', () => ({ note }));
  else if (order.status === 'PURCHASING') {
    await freeze(em, order, why);
    await enqueueWoken(enqueue, wakeOrder(em, order.id), jobForOrder);
  }
}
