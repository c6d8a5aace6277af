import { money, zero } from '../../domain/money.ts';
import { payPalDisputesToCheck } from '../../store/books/rows-to-check.ts';
import { payPalOf } from '../connections/own-account.ts';
import { followedSince, orderOf, overRows, sameAmount } from './check-stage.ts';

/** Compares the fee that PayPal took for each dispute with the one that we booked. */
export const payPalDisputes = overRows(
  'paypal disputes',
  (ctx, after, limit) => ctx.store.read(em => payPalDisputesToCheck(em, { after, since: followedSince(ctx), limit })),
  (ctx, { reference: about, orderId: subject, feeMinor, feeCurrency }) => [
    sameAmount(
      { rule: 'PayPal has taken what we booked for a dispute', subject, about },
      money(feeMinor, feeCurrency),
      async () =>
        (await payPalOf(ctx, await orderOf(ctx, subject)).getDispute(about, { signal: ctx.signal })).fee ??
        zero(feeCurrency),
    ),
  ],
);
