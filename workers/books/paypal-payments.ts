import { type Money, money } from '../../domain/money.ts';
import type { ProviderRule } from '../../store/books/provider-rules.ts';
import { payPalPaymentsToCheck } from '../../store/books/rows-to-check.ts';
import type { Payment } from '../../store/entities/order.ts';
import { isElsewhere, refundsOf, standingSum } from '../../store/money/refunds.ts';
import { payPalOf } from '../connections/own-account.ts';
import type { Context } from '../context/context.ts';
import { backAtPayPal } from '../payment/paypal-refunds.ts';
import { followedSince, onceAsked, orderOf, overRows, type Question, sameAmount } from './check-stage.ts';

/** Each payment that we know of at PayPal: its amount, what PayPal kept of it, and what went back. */
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
  // As it was told, where that is another currency than the payment's.
  const { feeToldMinor, feeToldCurrency } = payment;
  const booked =
    feeToldMinor != null && feeToldCurrency
      ? money(feeToldMinor, feeToldCurrency)
      : money(payment.feeMinor ?? 0n, currency);
  const back = standingSum(standing, currency);
  const wentBack = async (): Promise<Money> => {
    const told = await backAtPayPal(paypal, payment, { signal: ctx.signal });
    if (told !== 'untold') return told;
    // A reversal is told by no list, and has told itself how much it took. One from before we had seen the payment was
    // never booked.
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
    // What PayPal does not say agrees with what we have estimated.
    sameAmount(of('PayPal has kept the fee that we booked'), booked, async () => (await capture()).fee ?? booked),
    sameAmount(of('PayPal has given back what we booked'), back, wentBack),
  ];
}
