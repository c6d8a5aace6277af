import { type Money, money, zero } from '../../domain/money.ts';
import type { SupplierOrder as SupplierNews } from '../../providers/aliexpress/order.ts';
import type { SupplierOrder } from '../../store/entities/order.ts';
import { boughtThroughApi } from '../../store/orders/supplier-orders.ts';
import { throughApi } from '../purchase/supplier-reader.ts';
import { followedSince, onceAsked, overRows, type Question, sameAmount } from './check-stage.ts';

/** Asks about each supplier order bought through the API: orders bought on the website are visible only there. */
export const supplierOrders = overRows(
  'supplier orders',
  (ctx, after, limit) => ctx.store.read(em => boughtThroughApi(em, { after, since: followedSince(ctx), limit })),
  (ctx, { row, inReview }) => {
    const news = onceAsked(() => throughApi(ctx).order(row));
    return inReview ? [ofReview(row, news)] : [ofPurchase(row, news)];
  },
);

const costOf = ({ costMinor, costCurrency }: SupplierOrder): Money => money(costMinor ?? 0n, costCurrency ?? 'USD');

const ofPurchase = (row: SupplierOrder, news: () => Promise<SupplierNews>): Question => {
  const of = { rule: 'the supplier has charged what we booked', subject: row.orderId, about: row.number } as const;
  return sameAmount(of, costOf(row), async () => (await news()).charged);
};

/**
 * While an order is in review, its purchase is not followed. The supplier should then hold our money exactly where the
 * supplier order was paid and not cancelled.
 */
function ofReview(row: SupplierOrder, news: () => Promise<SupplierNews>): Question {
  const rule = 'the supplier has the money for an order in review that we believe it has';
  const nothing = zero(costOf(row).currency);
  const isHeld = row.wasPaid && row.status !== 'CANCELLED' && row.refundedAt == null;
  return sameAmount({ rule, subject: row.orderId, about: row.number }, isHeld ? costOf(row) : nothing, async () => {
    const { paid, status, charged } = await news();
    const hasMoney = paid === true || ['PAID', 'SHIPPED', 'DELIVERED'].includes(status);
    // A paid order that was cancelled counts as nothing held: the supplier has refunded it, or owes us the refund.
    return hasMoney && status !== 'CANCELLED' ? charged : nothing;
  });
}
