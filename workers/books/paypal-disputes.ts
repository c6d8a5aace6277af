import { money, zero } from '../../domain/money.ts';
import { Dispute } from '../../store/entities/money.ts';
import { followedSince, overRows } from './stage.ts';

/** What PayPal has taken for each dispute. */
export const payPalDisputes = overRows(
  'paypal disputes',
  (ctx, after, limit) =>
    ctx.store.read(em =>
      em.find(
        Dispute,
        { id: { $gt: after }, provider: 'paypal', updatedAt: { $gt: followedSince(ctx) } },
        { orderBy: { id: 'asc' }, limit },
      ),
    ),
  (ctx, { reference, orderId, feeMinor, feeCurrency }) => [
    {
      rule: 'PayPal has taken what we booked for a dispute',
      subject: orderId,
      about: reference,
      ours: money(feeMinor, feeCurrency),
      theirs: async () =>
        (await ctx.providers.paypal.getDispute(reference, { signal: ctx.signal })).fee ?? zero(feeCurrency),
    },
  ],
);
