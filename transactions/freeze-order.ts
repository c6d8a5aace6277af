import type { Freeze, OrderState } from '../domain/order.ts';
import { isContradicted } from '../store/contradictions.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Order } from '../store/entities/order.ts';
import { isDisputed } from '../store/money/disputes.ts';
import { paymentsOf } from '../store/money/payments.ts';
import { isRefundPending, sumsOf } from '../store/money/refunds.ts';
import { hasUnquantified } from '../store/money/unquantified-refunds.ts';
import { supplierOwes } from './undo-purchase.ts';

/** What ends with the decision of a person, who has looked at it. What a marketplace gave back ends when its amount is said. */
export const lookedAt: readonly Freeze[] = ['PAYMENT_REVERSED'];

const beforeBuying: readonly OrderState[] = ['PAID', 'WAITING', 'PURCHASING'];

/** A payment that was reversed stops what is being bought. A sale whose goods are bought is worth what is left of it. */
async function isStoppedByReversal(em: EntityManager, { id, status, saleBookedAt }: Order): Promise<boolean> {
  if (saleBookedAt || !beforeBuying.includes(status)) return false;
  for (const payment of await paymentsOf(em, id))
    if (payment.status === 'REVERSED' || (await sumsOf(em, payment)).reversed.amountMinor > 0n) return true;
  return false;
}

/** What goes on holding an order when `over` is over, by the facts. The caller owns the order. */
export async function freezeLeft(em: EntityManager, order: Order, over: readonly Freeze[]): Promise<Freeze | null> {
  if (await isDisputed(em, order.id)) return 'DISPUTE';
  if (await isRefundPending(em, order.id)) return 'REFUND_PENDING';
  if (await isContradicted(em, order.id)) return 'CONTRADICTION';
  const { frozenFor } = order;
  if (frozenFor && !over.includes(frozenFor)) return frozenFor;
  if (!over.includes('PAYMENT_REVERSED') && (await isStoppedByReversal(em, order))) return 'PAYMENT_REVERSED';
  if (await hasUnquantified(em, order.id)) return 'MARKETPLACE_REFUND';
  if (await supplierOwes(em, order.id)) return 'SUPPLIER_CANCELLED';
  return order.cancelAskedAt ? 'CANCELLATION_ASKED' : null;
}
