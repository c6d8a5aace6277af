import { Retryable } from '../domain/outcome.ts';
import { broughtMoney, type PaymentState } from '../domain/payment.ts';
import type { Capture, Refund } from '../providers/paypal/order.ts';
import type { RefundNews } from '../store/refunds.ts';
import type { PaymentNews } from './settle-payment.ts';

/** A capture's status in our words; one that we do not know is not money. */
const states: Record<string, PaymentState> = {
  COMPLETED: 'COMPLETED',
  PENDING: 'PENDING',
  DECLINED: 'DECLINED',
  FAILED: 'DECLINED',
  PARTIALLY_REFUNDED: 'PARTIALLY_REFUNDED',
  REFUNDED: 'REFUNDED',
  REVERSED: 'REVERSED',
};

export function captureNews(capture: Capture): PaymentNews {
  const status = states[capture.status] ?? 'PENDING';
  if (broughtMoney(status) && !capture.fee)
    throw new Retryable('PAYPAL_FEE_MISSING', `capture ${capture.id} is completed, but does not say its fee yet`);
  return { reference: capture.id, status, rawStatus: capture.status, amount: capture.amount, fee: capture.fee };
}

/** A refund's status in our words; one that we do not know is not final. */
const refundStates: Readonly<Record<string, RefundNews['status'] | undefined>> = {
  COMPLETED: 'COMPLETED',
  PENDING: 'PENDING',
  FAILED: 'FAILED',
  CANCELLED: 'FAILED',
};

export const refundNews = ({ id, status, amount }: Refund, kind: RefundNews['kind']): RefundNews => ({
  reference: id,
  kind,
  status: refundStates[status] ?? 'PENDING',
  amount,
});
