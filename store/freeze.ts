import type { Freeze } from '../domain/order.ts';
import { isContradicted } from './contradictions.ts';
import { isDisputed } from './disputes.ts';
import type { Order } from './entities/order.ts';
import type { EntityManager } from './open.ts';
import { updateOrder } from './orders.ts';
import { isRefundPending } from './refunds.ts';
import { supplierOwes } from './second-purchase.ts';
import { hasUntold } from './untold-refunds.ts';

/** Holds the order, if nothing holds it yet. The caller owns it. @throws LostClaim */
export async function freeze(em: EntityManager, order: Order, why: Freeze): Promise<void> {
  if (!order.frozenFor) await updateOrder(em, order, { frozenFor: why });
}

/** What ends with the decision of a person, who has looked at it. What a marketplace gave back ends when its amount is said. */
export const lookedAt: readonly Freeze[] = ['PAYMENT_REVERSED'];

/** What goes on holding an order when `over` is over, by the facts. The caller owns the order. */
export async function freezeLeft(em: EntityManager, order: Order, over: readonly Freeze[]): Promise<Freeze | null> {
  if (await isDisputed(em, order.id)) return 'DISPUTE';
  if (await isRefundPending(em, order.id)) return 'REFUND_PENDING';
  if (await isContradicted(em, order.id)) return 'CONTRADICTION';
  const { frozenFor } = order;
  if (frozenFor && !over.includes(frozenFor)) return frozenFor;
  if (await hasUntold(em, order.id)) return 'MARKETPLACE_REFUND';
  if (await supplierOwes(em, order.id)) return 'SUPPLIER_CANCELLED';
  return order.cancelAskedAt ? 'CANCELLATION_ASKED' : null;
}
