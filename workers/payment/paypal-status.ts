import { Unreadable } from '../../domain/outcome.ts';
import type { PaymentState } from '../../domain/payment.ts';
import { rowOf } from '../../providers/gate/call.ts';
import type { Capture, Refund } from '../../providers/paypal/order.ts';
import type { RefundNews } from '../../store/money/refunds.ts';
import type { PaymentNews } from '../../transactions/settle-payment.ts';

/** A capture's status in our words. Of one that we do not know nobody can tell whether it is money. */
const states: Record<string, PaymentState> = {
  COMPLETED: 'COMPLETED',
  PENDING: 'PENDING',
  DECLINED: 'DECLINED',
  FAILED: 'DECLINED',
  PARTIALLY_REFUNDED: 'PARTIALLY_REFUNDED',
  REFUNDED: 'REFUNDED',
  REVERSED: 'REVERSED',
};

/** The fee is missing while PayPal has not said it, also of money that has come. @throws Unreadable */
export function captureNews({ id, status: rawStatus, amount, fee, reason }: Capture): PaymentNews {
  const status = rowOf(states, rawStatus);
  if (!status)
    throw new Unreadable('PAYPAL_CAPTURE_STATUS_UNKNOWN', `capture ${id} is ${rawStatus}`, { provider: 'paypal' });
  return { reference: id, status, rawStatus, statusReason: reason, amount, fee };
}

/** A refund's status in our words; one that we do not know is not final. */
const refundStates: Readonly<Record<string, RefundNews['status'] | undefined>> = {
  COMPLETED: 'COMPLETED',
  PENDING: 'PENDING',
  FAILED: 'FAILED',
  CANCELLED: 'FAILED',
};

export const refundState = ({ status }: Pick<Refund, 'status'>): RefundNews['status'] =>
  refundStates[status] ?? 'PENDING';

export const refundNews = ({ id, status, amount }: Refund, kind: RefundNews['kind']): RefundNews => ({
  reference: id,
  kind,
  status: refundState({ status }),
  amount,
});
