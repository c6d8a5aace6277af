import type { OrderId } from '../../domain/ids.ts';
import { money, zero } from '../../domain/money.ts';
import { Dispute } from '../../store/entities/money.ts';
import { Order } from '../../store/entities/order.ts';
import { payPalOf } from '../connections/own-account.ts';
import type { Context } from '../context/context.ts';
import { followedSince, overRows, sameAmount } from './stage.ts';

const orderOf = (ctx: Context, id: OrderId): Promise<Order> => ctx.store.read(em => em.findOneOrFail(Order, { id }));

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
