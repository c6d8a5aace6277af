import type { FailureReason } from '../domain/order.ts';
import { advance, type Enqueue } from '../queues/transact.ts';
import { findUser } from '../store/accounts/users.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Order } from '../store/entities/order.ts';

/**
 * The final failure of an order. Refunds a paid order automatically where its reseller chose that; otherwise the
 * reseller is asked.
 */
export async function failOrder(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  failure: { reason: FailureReason; note: string },
  facts: Partial<Order> = {},
): Promise<void> {
  await advance(em, enqueue, order, { to: 'FAILED', ...failure }, facts);
  const owner = await findUser(em, order.userId);
  if (owner?.refundPolicy === 'automatic')
    await advance(em, enqueue, order, { to: 'REFUNDING', note: "by the reseller's refund policy" });
}
