/** How much of a payment has gone back to the buyer, as PayPal reports it. */
import { type Money, money, sum, zero } from '../../domain/money.ts';
import type { CallOptions } from '../../providers/gate/checked-call.ts';
import type { PayPalClient } from '../../providers/paypal/client.ts';
import { type Capture, refundsOfCapture } from '../../providers/paypal/order.ts';
import type { Payment } from '../../store/entities/order.ts';

/** `untold`: some or all of it, but PayPal lists no amount; the event of the reversal reports it. */
export type BackAtPayPal = Money | 'untold';

export const backAtPayPal = async (
  paypal: PayPalClient,
  payment: Payment,
  options: CallOptions,
): Promise<BackAtPayPal> =>
  backOfCapture(paypal, payment, await paypal.getCapture(payment.reference, options), options);

/** @param capture the payment, as PayPal shows it now */
export async function backOfCapture(
  paypal: PayPalClient,
  { reference, amountMinor, currency }: Payment,
  capture: Capture,
  options: CallOptions,
): Promise<BackAtPayPal> {
  switch (capture.status) {
    case 'COMPLETED':
      return zero(currency);
    case 'REFUNDED':
      return money(amountMinor, currency);
    case 'PARTIALLY_REFUNDED': {
      const order = capture.orderId ? await paypal.getOrder(capture.orderId, options) : undefined;
      const told = order ? refundsOfCapture(order, reference) : [];
      const done = told.filter(({ status }) => status === 'COMPLETED');
      if (done.length === 0) return 'untold';
      return sum(
        done.map(({ amount }) => amount),
        currency,
      );
    }
    // A reversed capture as well: PayPal's order need not list the reversal.
    default:
      return 'untold';
  }
}
