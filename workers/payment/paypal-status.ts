import { Unreadable } from '../../domain/call-outcome.ts';
import type { Capture, Refund } from '../../providers/paypal/order.ts';
import { paymentStateOf, refundStateOf } from '../../providers/paypal/to-domain.ts';
import type { RefundNews } from '../../store/money/refunds.ts';
import type { PaymentNews } from '../../transactions/settle-payment.ts';

/** The fee is missing while PayPal has not said it, also of money that has come. @throws Unreadable */
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
