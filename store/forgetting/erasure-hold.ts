/**
 * Why a buyer who wants to be forgotten cannot be forgotten yet in one order: judged by its facts alone, and here alone.
 *
 *   PAYMENT_MAY_COME   it may still be paid for, or a payment is pending
 *   BUYER_NEEDED       something is still to be bought, or decided, for which their name and address are needed
 *   RESEND_OPEN        a call that was sent for it is in doubt, and its frozen request may leave once more
 *   REFUND_OPEN        their money is here and may go back, or is disputed
 *   MESSAGE_UNREAD     something was told of it that has not been read yet
 *   RESTORE_UNDER_WAY  the database was restored, and what it has missed is not known
 *
 * Once the goods are ordered, their supplier has the address, and asking for the goods by number names nobody.
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

type HoldCode =
  | 'PAYMENT_MAY_COME'
  | 'BUYER_NEEDED'
  | 'RESEND_OPEN'
  | 'REFUND_OPEN'
  | 'MESSAGE_UNREAD'
  | 'RESTORE_UNDER_WAY';

export type ErasureHold = {
  readonly code: HoldCode;
  /** What it waits for, in words for a person. */
  readonly note: string;
  /** When that is over at the latest; null where that is not known. */
  readonly until: Date | null;
};

/** Nothing more is bought for these. */
export const overStates = [
  'PURCHASED',
  'SHIPPED',
  'DELIVERED',
  'FAILED',
  'REFUNDED',
  'CANCELLED',
] as const satisfies readonly OrderState[];

const isOver = ({ status }: Order): boolean => overStates.some(state => state === status);

/** Nothing when its buyer can be forgotten now. The caller has locked the order, so that nothing is begun for it meanwhile. */
export async function erasureHold(em: EntityManager, order: Order): Promise<ErasureHold | null> {
  return (
    (await restoring(em)) ??
    (await resendOpen(em, order)) ??
    (await paymentMayCome(em, order)) ??
    buyerNeeded(order) ??
    (await refundOpen(em, order)) ??
    ((await hasUnreadMessage(em, order))
      ? hold('MESSAGE_UNREAD', 'something was told of it that was not read yet')
      : null)
  );
}

const hold = (code: HoldCode, note: string, until: Date | null = null): ErasureHold => ({ code, note, until });

const restoring = async (em: EntityManager): Promise<ErasureHold | null> =>
  (await standingRestore(em))
    ? hold('RESTORE_UNDER_WAY', 'the database was restored: `npm run restore:check` ends it')
    : null;

/** What was never sent is taken back with the erasure. */
async function resendOpen(em: EntityManager, { id }: Order): Promise<ErasureHold | null> {
  const sent = { subject: id, status: 'OPEN' as const, lastSentAt: { $ne: null } };
  const [effect] = await em.find(Effect, sent, { exclude: ['request'], orderBy: { resendUntil: 'desc' }, limit: 1 });
  if (!effect) return null;
  const until = effect.resendUntil && effect.resendUntil > timeOf(em) ? effect.resendUntil : null;
  return hold('RESEND_OPEN', `nobody knows yet what came of the ${effect.purpose} ${effect.idempotencyKey}`, until);
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
    return hold('REFUND_OPEN', 'its marketplace gave money back and has not said how much');
  if (await isContradicted(em, id)) return hold('REFUND_OPEN', 'a call that was given up has happened: say what left');
  const nothingSold = status === 'FAILED' || status === 'CANCELLED';
  return nothingSold && (await holdsMoney(em, id)) ? hold('REFUND_OPEN', 'the money of its buyer is still here') : null;
}
