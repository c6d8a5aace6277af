/** How much of a payment has gone back to the buyer, as PayPal reports it. */
import { type Money, money, sum, zero } from '../../domain/money.ts';
import type { CallOptions } from '../../providers/gate/call.ts';
import type { PayPalClient } from '../../providers/paypal/client.ts';
import { refundsOfCapture } from '../../providers/paypal/order.ts';
import type { Payment } from '../../store/entities/order.ts';

/** `untold`: some or all of it, but PayPal lists no amount; the event of the reversal reports it. */
export type BackAtPayPal = Money | 'untold';

export async function backAtPayPal(
  paypal: PayPalClient,
  { reference, amountMinor, currency }: Payment,
  options: CallOptions,
): Promise<BackAtPayPal> {
  const capture = await paypal.getCapture(reference, options);
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
