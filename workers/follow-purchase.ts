import { platformCurrency } from '../domain/fees.ts';
import { formatMoney, type Money, money, sum } from '../domain/money.ts';
import { refusalIn, Terminal } from '../domain/outcome.ts';
import { supplierPaid } from '../domain/postings.ts';
import type { SupplierOrderState } from '../domain/supplier-order.ts';
import type { SupplierOrder as SupplierNews, SupplierOrderStatus } from '../providers/aliexpress/order.ts';
import type { Order, SupplierOrder } from '../store/entities/order.ts';
import { consume, release } from '../store/funding.ts';
import { post } from '../store/ledger.ts';
import { custodyOf, updateOrder } from '../store/orders.ts';
import { purchaseEvent, purchaseOrdersOf, updateSupplierOrder } from '../store/supplier-orders.ts';
import { noteOnce } from '../store/timeline.ts';
import { type Context, later } from './context.ts';
import { fail, move, recheck, wait } from './order-step.ts';
import { afterBuying } from './stop-order.ts';
import { throughApi } from './supplier-order.ts';

/** An unpaid order this close to its deadline is told with a warning. */
const warnBeforeMs = 6 * 3_600_000;

/** The supplier's word in ours; a payment under way is not paid, and what needs a person is told apart. */
export const supplierStates: Partial<Record<SupplierOrderStatus, SupplierOrderState>> = {
  PLACED_UNPAID: 'PLACED_UNPAID',
  PAYMENT_PENDING: 'PLACED_UNPAID',
  PAID: 'PAID',
  SHIPPED: 'SHIPPED',
  DELIVERED: 'DELIVERED',
  CANCELLED: 'CANCELLED',
};

type Following = {
  read?: (row: SupplierOrder) => Promise<SupplierNews>;
  /** Between two looks at what nobody has paid yet. */
  pollMs?: number;
};

/** Reads every supplier order of a purchase back; the purchase is made when all of them are paid. */
export async function followPurchase(
  ctx: Context,
  order: Order,
  rows: readonly SupplierOrder[],
  { read = throughApi(ctx).order, pollMs = ctx.config.supplierPollMs }: Following = {},
): Promise<string> {
  // Its numbers belong to another order by our own books: nobody knows what was bought for this one.
  if (rows.length === 0) return review(ctx, order, 'it was bought, and no supplier order of its own is known');
  const wasPaid = rows.some(({ status }) => status === 'PAID' || status === 'SHIPPED' || status === 'DELIVERED');
  for (const row of rows) {
    const news = await read(row).catch(refusalIn);
    // It was placed: a "no" to our question does not undo that, and nothing may be bought beside it.
    if (news instanceof Terminal)
      return review(ctx, order, `AliExpress order ${row.number} cannot be read: ${news.message}`);
    const status = supplierStates[news.status];
    if (!status)
      return review(ctx, order, `AliExpress order ${row.number} is ${news.rawStatus}: look at it on the site`);
    const { rawStatus, actualFee: cost, payDeadline } = news;
    await ctx.store.transaction(em => updateSupplierOrder(em, row, { status, rawStatus, cost, payDeadline }));
  }
  if (!wasPaid && rows.every(row => row.status === 'CANCELLED')) return expired(ctx, order);
  if (rows.some(row => row.status === 'CANCELLED'))
    return review(ctx, order, 'cancelled at the supplier, in part or after it was paid: buy it again or refund it');
  const unpaid = rows.filter(row => row.status === 'PLACED_UNPAID');
  return unpaid.length > 0 ? awaitPayment(ctx, order, unpaid, pollMs) : bought(ctx, order, rows);
}

const review = (ctx: Context, order: Order, note: string): Promise<string> =>
  move(ctx, order, { to: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION', note });

const expired = (ctx: Context, order: Order): Promise<string> =>
  fail(ctx, order, 'SUPPLIER_PAYMENT_EXPIRED', 'the supplier order was closed before anybody paid it', async em => {
    await release(em, 'buy', order.id);
    await updateOrder(em, order, afterBuying(order));
  });

async function awaitPayment(
  ctx: Context,
  order: Order,
  unpaid: readonly SupplierOrder[],
  pollMs: number,
): Promise<string> {
  const deadlines = unpaid.flatMap(row => (row.payDeadline ? [row.payDeadline.getTime()] : []));
  const deadline = deadlines.length > 0 ? new Date(Math.min(...deadlines)) : undefined;
  const numbers = unpaid.map(row => row.number).join(', ');
  if (deadline && deadline.getTime() - ctx.now().getTime() < warnBeforeMs) {
    const text = `AliExpress order ${numbers} closes unpaid at ${deadline.toISOString()}: pay it now`;
    if (await ctx.store.transaction(em => noteOnce(em, order.id, 'payment-deadline', text)))
      ctx.log.warn({ orderId: order.id, numbers, deadline }, 'supplier order unpaid: its deadline is near');
  }
  const by = deadline ? ` by ${deadline.toISOString()}` : '';
  return wait(ctx, order, 'SUPPLIER_UNPAID', {
    note: `pay AliExpress order ${numbers} on the site${by}`,
    until: later(ctx, pollMs),
  });
}

async function bought(ctx: Context, order: Order, rows: readonly SupplierOrder[]): Promise<string> {
  const costs = rows.flatMap((row): Money[] =>
    row.costMinor != null && row.costCurrency ? [money(row.costMinor, row.costCurrency)] : [],
  );
  if (costs.length < rows.length)
    return recheck(ctx, order, ctx.config.supplierPollMs, 'paid; the supplier does not say yet what it charged');
  const foreign = costs.find(cost => cost.currency !== platformCurrency);
  if (foreign)
    return move(ctx, order, {
      to: 'NEEDS_REVIEW',
      reason: 'SUPPLIER_CURRENCY',
      note: `the supplier charged ${formatMoney(foreign)} where ${platformCurrency} was asked for`,
    });
  const cost = sum(costs, platformCurrency);
  return move(
    ctx,
    order,
    { to: 'PURCHASED', note: `${formatMoney(cost)} paid to the supplier` },
    {
      facts: afterBuying(order),
      also: async em => {
        await consume(em, 'buy', order.id, cost);
        const postings = supplierPaid({ custody: custodyOf(order), reseller: order.userId, cost });
        await post(em, {
          source: 'aliexpress',
          event: await purchaseEvent(em, order.id),
          orderId: order.id,
          postings,
        });
      },
    },
  );
}

export const supplierOrders = (ctx: Context, order: Order): Promise<SupplierOrder[]> =>
  ctx.store.read(em => purchaseOrdersOf(em, order.id));
