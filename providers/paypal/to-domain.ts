/** PayPal's words for how money stands, in ours. */
import type { PaymentState } from '../../domain/payment.ts';
import type { LegState } from '../../domain/payout-leg.ts';
import { rowOf } from '../gate/checked-call.ts';

const captures: Readonly<Record<string, PaymentState>> = {
  COMPLETED: 'COMPLETED',
  PENDING: 'PENDING',
  DECLINED: 'DECLINED',
  FAILED: 'DECLINED',
  PARTIALLY_REFUNDED: 'PARTIALLY_REFUNDED',
  REFUNDED: 'REFUNDED',
  REVERSED: 'REVERSED',
};

/** A capture's. Of a word that we do not know nobody can tell whether it is money. */
export const paymentStateOf = (status: string): PaymentState | undefined => rowOf(captures, status);

const refunds: Readonly<Record<string, 'COMPLETED' | 'PENDING' | 'FAILED'>> = {
  COMPLETED: 'COMPLETED',
  PENDING: 'PENDING',
  FAILED: 'FAILED',
  CANCELLED: 'FAILED',
};

/** A refund's; a word that we do not know is not final. */
export const refundStateOf = (status: string): 'COMPLETED' | 'PENDING' | 'FAILED' =>
  rowOf(refunds, status) ?? 'PENDING';

const payoutItems: Readonly<Record<string, LegState>> = {
  SUCCESS: 'PAID',
  UNCLAIMED: 'UNCLAIMED',
  RETURNED: 'RETURNED',
  FAILED: 'FAILED',
  REFUNDED: 'RETURNED',
  REVERSED: 'REVERSED',
};

/**
 * A payout item's. BLOCKED may be final or not, which only a person can find out; the others, and those that nobody
 * knows, are waited for. A batch's own SUCCESS says nothing of its item.
 */
export const legStateOf = (status: string): LegState | undefined => rowOf(payoutItems, status);
