import type { PaymentState } from '../domain/payment.ts';
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

/** The fee is missing while PayPal has not said it, also of money that has come. */
export const captureNews = ({ id, status, amount, fee, reason }: Capture): PaymentNews => ({
  reference: id,
  status: states[status] ?? 'PENDING',
  rawStatus: status,
  statusReason: reason,
  amount,
  fee,
});

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
