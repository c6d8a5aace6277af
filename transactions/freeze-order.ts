import type { Freeze, OrderState } from '../domain/order.ts';
import { isContradicted } from '../store/contradictions.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Order } from '../store/entities/order.ts';
import { isDisputed } from '../store/money/disputes.ts';
import { paymentsOf } from '../store/money/payments.ts';
import { isRefundPending, sumsOf } from '../store/money/refunds.ts';
import { hasUnquantified } from '../store/money/unquantified-refunds.ts';
import { supplierOwes } from './undo-purchase.ts';

/** Freezes that end with a person's decision. A marketplace refund's freeze ends when the refunded amount is known. */
export const lookedAt: readonly Freeze[] = ['PAYMENT_REVERSED'];

const beforeBuying: readonly OrderState[] = ['PAID', 'WAITING', 'PURCHASING'];

/** A reversed payment stops a purchase. After the purchase, the sale is worth what remains of the payment. */
async function isStoppedByReversal(em: EntityManager, { id, status, saleBookedAt }: Order): Promise<boolean> {
  if (saleBookedAt || !beforeBuying.includes(status)) return false;
  for (const payment of await paymentsOf(em, id))
    if (payment.status === 'REVERSED' || (await sumsOf(em, payment)).reversed.amountMinor > 0n) return true;
  return false;
}

/** The freeze that the facts still call for after those in `over` have ended. The caller owns the order. */
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
