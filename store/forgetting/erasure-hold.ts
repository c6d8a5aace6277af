/**
 * Why the buyer of one order cannot be erased yet. Only the order's facts decide, and only here.
 *
 *   PAYMENT_MAY_COME   the order may still be paid for, or a payment is pending
 *   BUYER_NEEDED       a purchase or a decision is open that needs the buyer's name and address
 *   RESEND_OPEN        a call that was sent is in doubt, and its frozen request may be sent once more
 *   REFUND_OPEN        the buyer's money is here and may be refunded, or is disputed
 *   MESSAGE_UNREAD     a message about the order has not been read yet
 *   RESTORE_UNDER_WAY  the database was restored, and what it has missed is not known
 *
 * Once the goods are ordered, the supplier has the address, and we ask about them by order number alone.
 */
import type { OrderState } from '../../domain/order.ts';
import { approvedWithinMs } from '../../domain/payment.ts';
import { isContradicted } from '../contradictions.ts';
import { timeOf } from '../database/clock.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Effect } from '../entities/money.ts';
import { type Order, Payment } from '../entities/order.ts';
import { isDisputed } from '../money/disputes.ts';
import { holdsMoney } from '../money/payments.ts';
import { isRefundPending } from '../money/refunds.ts';
import { hasUnquantified } from '../money/unquantified-refunds.ts';
import { hasUnreadMessage } from '../orders/order-messages.ts';
import { standingRestore } from '../restore.ts';

export type HoldCode =
  | 'PAYMENT_MAY_COME'
  | 'BUYER_NEEDED'
  | 'RESEND_OPEN'
  | 'REFUND_OPEN'
  | 'MESSAGE_UNREAD'
  | 'RESTORE_UNDER_WAY';

export type ErasureHold = {
  readonly code: HoldCode;
  /** What the erasure waits for, in words for a person. */
  readonly note: string;
  /** When that ends at the latest; null when unknown. */
  readonly until: Date | null;
};

/** In these states nothing more is bought. */
export const overStates = [
  'PURCHASED',
  'SHIPPED',
  'DELIVERED',
  'FAILED',
  'REFUNDED',
  'CANCELLED',
] as const satisfies readonly OrderState[];

const isOver = ({ status }: Order): boolean => overStates.some(state => state === status);

/** Null when the buyer can be erased now. The caller has locked the order, so nothing begins for it meanwhile. */
export async function erasureHold(em: EntityManager, order: Order): Promise<ErasureHold | null> {
  return (
    (await restoring(em)) ??
    (await resendOpen(em, order)) ??
    (await paymentMayCome(em, order)) ??
    buyerNeeded(order) ??
    (await refundOpen(em, order)) ??
    ((await hasUnreadMessage(em, order)) ? hold('MESSAGE_UNREAD', 'a message about it has not been read yet') : null)
  );
}

const hold = (code: HoldCode, note: string, until: Date | null = null): ErasureHold => ({ code, note, until });

const restoring = async (em: EntityManager): Promise<ErasureHold | null> =>
  (await standingRestore(em))
    ? hold('RESTORE_UNDER_WAY', 'the database was restored: `npm run restore:check` ends it')
    : null;

/** A request that was never sent does not hold the erasure, which withdraws it. */
async function resendOpen(em: EntityManager, { id }: Order): Promise<ErasureHold | null> {
  const sent = { subject: id, status: 'OPEN' as const, lastSentAt: { $ne: null } };
  const [effect] = await em.find(Effect, sent, { exclude: ['request'], orderBy: { resendUntil: 'desc' }, limit: 1 });
  if (!effect) return null;
  const until = effect.resendUntil && effect.resendUntil > timeOf(em) ? effect.resendUntil : null;
  return hold('RESEND_OPEN', `the result of the ${effect.purpose} ${effect.idempotencyKey} is not known yet`, until);
}

async function paymentMayCome(em: EntityManager, order: Order): Promise<ErasureHold | null> {
  if (order.status === 'CREATED') {
    const until = order.channel === 'paypal' ? new Date(order.createdAt.getTime() + approvedWithinMs) : null;
    return hold('PAYMENT_MAY_COME', 'its buyer may still pay for it', until);
  }
  const pending = await em.findOne(Payment, { orderId: order.id, status: 'PENDING' });
  return pending && hold('PAYMENT_MAY_COME', `payment ${pending.reference} is pending`);
}

const buyerNeeded = (order: Order): ErasureHold | null =>
  isOver(order)
    ? null
    : hold('BUYER_NEEDED', `it is ${order.status}: its goods are still to be bought, or a person decides`);

async function refundOpen(em: EntityManager, order: Order): Promise<ErasureHold | null> {
  const { id, status } = order;
  if (await isDisputed(em, id)) return hold('REFUND_OPEN', 'its buyer disputes the payment');
  if (await isRefundPending(em, id)) return hold('REFUND_OPEN', 'a refund is on its way');
  if (await hasUnquantified(em, id))
    return hold('REFUND_OPEN', 'its marketplace has refunded an amount that is not known yet');
  if (await isContradicted(em, id))
    return hold('REFUND_OPEN', 'a call that was given up has happened: enter the amount that left');
  const nothingSold = status === 'FAILED' || status === 'CANCELLED';
  return nothingSold && (await holdsMoney(em, id)) ? hold('REFUND_OPEN', 'the buyer’s money is still here') : null;
}
