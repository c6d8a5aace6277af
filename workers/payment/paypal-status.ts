import { Unreadable } from '../../domain/call-outcome.ts';
import type { Capture, Refund } from '../../providers/paypal/order.ts';
import { paymentStateOf, refundStateOf } from '../../providers/paypal/to-domain.ts';
import type { RefundNews } from '../../store/money/refunds.ts';
import type { PaymentNews } from '../../transactions/settle-payment.ts';

/** `fee` is undefined while PayPal has not reported it, even for a completed capture. @throws Unreadable */
export function captureNews({ id, status: rawStatus, amount, fee, reason }: Capture): PaymentNews {
  const status = paymentStateOf(rawStatus);
  if (!status)
    throw new Unreadable('PAYPAL_CAPTURE_STATUS_UNKNOWN', `capture ${id} is ${rawStatus}`, { provider: 'paypal' });
  return { reference: id, status, rawStatus, statusReason: reason, amount, fee };
}

export const refundNews = ({ id, status, amount }: Refund, kind: RefundNews['kind']): RefundNews => ({
  reference: id,
  kind,
  status: refundStateOf(status),
  amount,
});
