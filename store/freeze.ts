import { isDisputed } from './disputes.ts';
import type { Order } from './entities/order.ts';
import type { EntityManager } from './open.ts';
import { isRefundPending } from './refunds.ts';
import { supplierOwes } from './second-purchase.ts';
import { hasUntold } from './untold-refunds.ts';

/**
 * Why no money of an order moves. An order names one of them, and a later one is not written over it: whoever ends a
 * freeze asks `freezeLeft` what holds the order all the same.
 */
export type Freeze = 'DISPUTE' | 'REFUND_PENDING' | 'PAYMENT_REVERSED' | 'MARKETPLACE_REFUND' | 'SUPPLIER_CANCELLED';

/** What ends with the decision of a person, who has looked at it. What a marketplace gave back ends when its amount is said. */
export const lookedAt: readonly Freeze[] = ['PAYMENT_REVERSED'];

/** What goes on holding an order when `over` is over, by the facts. The caller owns the order. */
export async function freezeLeft(em: EntityManager, order: Order, over: readonly Freeze[]): Promise<string | null> {
  if (await isDisputed(em, order.id)) return 'DISPUTE';
  if (await isRefundPending(em, order.id)) return 'REFUND_PENDING';
  const { frozenFor } = order;
  if (frozenFor && !over.some(freeze => freeze === frozenFor)) return frozenFor;
  if (await hasUntold(em, order.id)) return 'MARKETPLACE_REFUND';
  return (await supplierOwes(em, order.id)) ? 'SUPPLIER_CANCELLED' : null;
}
