import { type Money, money } from '../../domain/money.ts';
import type { ProviderRule } from '../../store/books/provider-rules.ts';
import { payPalPaymentsToCheck } from '../../store/books/rows-to-check.ts';
import type { Payment } from '../../store/entities/order.ts';
import { isElsewhere, refundsOf, standingSum } from '../../store/money/refunds.ts';
import { payPalOf } from '../connections/own-account.ts';
import type { Context } from '../context/context.ts';
import { backOfCapture } from '../payment/refunded-at-paypal.ts';
import { followedSince, onceAsked, orderOf, overRows, type Question, sameAmount } from './check-stage.ts';

/** Asks about each booked PayPal payment: its amount, PayPal's fee, and the sum of refunds and reversals. */
export const payPalPayments = overRows(
  'paypal payments',
  (ctx, after, limit) => ctx.store.read(em => payPalPaymentsToCheck(em, { after, since: followedSince(ctx), limit })),
  questionsOf,
);

async function questionsOf(ctx: Context, payment: Payment): Promise<Question[]> {
  const { id, orderId: subject, reference, amountMinor, currency, status } = payment;
  const paypal = payPalOf(ctx, await orderOf(ctx, subject));
  const standing = (await ctx.store.read(em => refundsOf(em, id))).filter(
    ({ refund }) => !isElsewhere(refund.reference),
  );
  const capture = onceAsked(() => paypal.getCapture(reference, { signal: ctx.signal }));
  // The fee as PayPal stated it, where its currency differs from the payment's.
  const { feeToldMinor, feeToldCurrency } = payment;
  const booked =
    feeToldMinor != null && feeToldCurrency
      ? money(feeToldMinor, feeToldCurrency)
      : money(payment.feeMinor ?? 0n, currency);
  const back = standingSum(standing, currency);
  const wentBack = async (): Promise<Money> => {
    const told = await backOfCapture(paypal, payment, await capture(), { signal: ctx.signal });
    if (told !== 'untold') return told;
    // PayPal lists no reversals: the amount of a booked one came from its own event and is taken as right. A reversal
    // from before we had seen the payment was never booked.
    const reversed = status === 'REVERSED' || standing.some(({ refund }) => refund.kind === 'reversal');
    return reversed && back.amountMinor > 0n ? back : money(amountMinor, currency);
  };
  const of = (rule: ProviderRule) => ({ rule, subject, about: reference });
  return [
    sameAmount(
      of('PayPal has captured what we booked'),
      money(amountMinor, currency),
      async () => (await capture()).amount,
    ),
    // Where PayPal does not state the fee, our estimate passes.
    sameAmount(of('PayPal has kept the fee that we booked'), booked, async () => (await capture()).fee ?? booked),
    sameAmount(of('PayPal has given back what we booked'), back, wentBack),
  ];
}
