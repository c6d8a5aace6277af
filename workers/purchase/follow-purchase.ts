import { refusalIn, Terminal, unreachable } from '../../domain/call-outcome.ts';
import { hourMs } from '../../domain/durations.ts';
import { platformCurrency } from '../../domain/fees.ts';
import { formatMoney, type Money, money, sum } from '../../domain/money.ts';
import type { ReviewReason } from '../../domain/order.ts';
import type { SupplierOrder as SupplierNews } from '../../providers/aliexpress/order.ts';
import { supplierStates } from '../../providers/aliexpress/to-domain.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Order, SupplierOrder } from '../../store/entities/order.ts';
import { updateOrder } from '../../store/orders/orders.ts';
import { applySupplierStatus, purchaseOrdersOf, saveSupplierNews } from '../../store/orders/supplier-orders.ts';
import { noteOnce } from '../../store/orders/timeline.ts';
import { bookPurchase } from '../../transactions/book-purchase.ts';
import { freeUnpaid } from '../../transactions/free-purchase.ts';
import { clearReversalFreeze } from '../../transactions/halt-purchase.ts';
import { letGo } from '../../transactions/hold-for-cancellation.ts';
import { type Context, later } from '../context/context.ts';
import { readSaleNow } from '../marketplace/recheck-sale.ts';
import { fail, move, recheck, wait } from '../step/order-step.ts';
import { type Ended, ended } from '../step/stopped-early.ts';
import { askAgainMs } from './pre-purchase-check.ts';
import { supplierCancelled } from './supplier-cancelled.ts';
import { waitedTooLong } from './supplier-patience.ts';
import { throughApi } from './supplier-reader.ts';
import { attention, nameOf, type Stop, stopOf, unreadable } from './supplier-status.ts';

/** An unpaid supplier order this close to its deadline causes a warning. */
const warnBeforeMs = 6 * hourMs;

type Following = {
  read?: (row: SupplierOrder) => Promise<SupplierNews & { doubt?: string }>;
  /** How often unpaid supplier orders are read. */
  pollMs?: number;
};

/** Reads every supplier order of a purchase back; the purchase is complete when all of them are paid. */
export async function followPurchase(
  ctx: Context,
  order: Order,
  rows: readonly SupplierOrder[],
  { read = throughApi(ctx).order, pollMs = ctx.config.supplierPollMs }: Following = {},
): Promise<string> {
  // In our books its numbers belong to another order: we do not know what was bought for this one.
  if (rows.length === 0)
    return review(ctx, order, attention('it was bought, and no supplier order of its own is known'));
  const heard = await readBack(ctx, rows, read);
  const keep = (em: EntityManager) => saveSupplierNews(em, order, rows);
  if ('stop' in heard) return review(ctx, order, heard.stop, keep);
  const cancelled = rows.filter(row => row.status === 'CANCELLED');
  const { pending } = heard;
  const unpaid = rows.filter(row => row.status === 'PLACED_UNPAID' && !pending.includes(row));
  const open = [...unpaid, ...pending];
  if (cancelled.length === rows.length && !cancelled.some(row => row.wasPaid)) return expired(ctx, order, keep);
  if (cancelled.length > 0 && (open.length > 0 || !cancelled.some(row => row.wasPaid)))
    return review(ctx, order, attention(cancelledInPart), keep);
  if (open.length > 0 && order.frozenFor === 'CANCELLATION_ASKED') {
    const undecided = await awaitDecision(ctx, order, open, keep);
    if (undecided) return undecided.ended;
  }
  if (open.length > 0 && order.frozenFor) return stopPayment(ctx, order, open, keep);
  if (unpaid.length > 0) return awaitPayment(ctx, order, unpaid, { pollMs, keep });
  if (pending.length > 0) return awaitAcceptance(ctx, order, pending, { pollMs, keep });
  const paid = await charged(ctx, order, rows, keep);
  if ('ended' in paid) return paid.ended;
  const { cost } = paid;
  return cancelled.length > 0 ? supplierCancelled(ctx, order, rows, cost) : bought(ctx, order, cost, keep);
}

const cancelledInPart = 'cancelled at the supplier, in part: cancel the rest there, or refund the buyer';

/**
 * Reads each supplier order and applies its status. Gives `stop` where a person must look, otherwise the orders that
 * must not be paid (again), because AliExpress has, or may have, the money.
 */
async function readBack(
  ctx: Context,
  rows: readonly SupplierOrder[],
  read: NonNullable<Following['read']>,
): Promise<{ stop: Stop } | { pending: SupplierOrder[] }> {
  const pending: SupplierOrder[] = [];
  for (const row of rows) {
    const news = await read(row).catch(refusalIn);
    // The order was placed: a refusal to show it does not undo that, and nothing may be bought beside it.
    if (news instanceof Terminal) return { stop: unreadable(row, news) };
    const status = supplierStates[news.status];
    const { rawStatus, paid, charged: cost, payDeadline } = news;
    applySupplierStatus(row, { status, rawStatus, paid, cost, payDeadline });
    const stop = news.doubt ? attention(`${nameOf(row)} is ${rawStatus}: ${news.doubt}`) : stopOf(row, news);
    if (stop) return { stop };
    if (news.status === 'PAYMENT_PENDING' || isJustPaid(ctx, row)) pending.push(row);
  }
  return { pending };
}

/** The answer to the placement said that it was paid; the order itself may show that a while later. */
const justPaidMs = hourMs;
const isJustPaid = ({ now }: Context, { status, wasPaid, createdAt }: SupplierOrder): boolean =>
  status === 'PLACED_UNPAID' && wasPaid && now().getTime() - createdAt.getTime() < justPaidMs;

/** For a purchase that our books do not know, the person who decides must look at the supplier account first. */
export const whenMoneyIsBack = 'when none of our money is left there, decide: buy again, or fail';

type Review = { reason: ReviewReason; note: string };

/** Stores the supplier's news in the transaction that moves the order: both are committed, or neither. */
type Keep = (em: EntityManager) => Promise<void>;

const review = (ctx: Context, order: Order, stop: Review, also?: Keep): Promise<string> =>
  move(ctx, order, { to: 'NEEDS_REVIEW', ...stop }, also ? { also } : {});

const expired = (ctx: Context, order: Order, keep: Keep): Promise<string> =>
  fail(ctx, order, 'SUPPLIER_PAYMENT_EXPIRED', {
    note: 'the supplier order was closed before anybody paid it',
    also: async em => {
      await keep(em);
      await freeUnpaid(em, order);
      await updateOrder(em, order, clearReversalFreeze(order));
    },
  });

/**
 * Asks the marketplace whether a requested cancellation is decided. Ends the step, unless it was declined.
 */
async function awaitDecision(
  ctx: Context,
  order: Order,
  unpaid: readonly SupplierOrder[],
  also: Keep,
): Promise<Ended | undefined> {
  const endedInReview = (stop: Review) => ended(review(ctx, order, stop, also));
  const numbers = unpaid.map(row => row.number).join(', ');
  const sale = await readSaleNow(ctx, order);
  switch (sale.state) {
    case 'open':
      await ctx.transact((em, enqueue) => letGo(em, enqueue, order));
      return undefined;
    case 'undecided': {
      const note = `a cancellation is asked for: do not pay AliExpress order ${numbers} before it is decided`;
      return ended(wait(ctx, order, 'CANCELLATION_ASKED', { note, until: later(ctx, askAgainMs), also }));
    }
    case 'cancelled':
      return endedInReview({
        reason: 'CANCELLED_AFTER_PURCHASE',
        note: `cancelled at the marketplace: do not pay AliExpress order ${numbers}, cancel it or let it expire`,
      });
    case 'doubtful':
      return endedInReview({
        reason: sale.reason,
        note: `${sale.note}: do not pay AliExpress order ${numbers} before that is settled`,
      });
    default:
      return unreachable(sale);
  }
}

/** Asks a person not to pay for goods whose buyer has, or may get, the money back. */
function stopPayment(ctx: Context, order: Order, unpaid: readonly SupplierOrder[], also: Keep): Promise<string> {
  const numbers = unpaid.map(row => row.number).join(', ');
  const note = `${order.frozenFor}: do not pay AliExpress order ${numbers}, cancel it or let it expire, and then go on`;
  return move(
    ctx,
    order,
    { to: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED', note },
    { also, facts: clearReversalFreeze(order) },
  );
}

const ifUnpaid = ', if it shows it as unpaid: it was said to be paid as it was placed';

async function awaitPayment(
  ctx: Context,
  order: Order,
  unpaid: readonly SupplierOrder[],
  { pollMs, keep }: { pollMs: number; keep: Keep },
): Promise<string> {
  const numbers = unpaid.map(row => row.number).join(', ');
  const deadlines = unpaid.flatMap(row => (row.payDeadline ? [row.payDeadline.getTime()] : []));
  const deadline = deadlines.length > 0 ? new Date(Math.min(...deadlines)) : undefined;
  if (deadline && deadline.getTime() - ctx.now().getTime() < warnBeforeMs) {
    const text = `AliExpress order ${numbers} closes unpaid at ${deadline.toISOString()}: pay it now`;
    if (await ctx.store.transaction(em => noteOnce(em, order.id, 'payment-deadline', text)))
      ctx.log.warn({ orderId: order.id, numbers, deadline }, 'supplier order unpaid: its deadline is near');
  }
  const by = deadline ? ` by ${deadline.toISOString()}` : '';
  return wait(ctx, order, 'SUPPLIER_UNPAID', {
    note: `pay AliExpress order ${numbers} on the site${by}${unpaid.some(row => row.wasPaid) ? ifUnpaid : ''}`,
    until: later(ctx, pollMs),
    also: keep,
  });
}

/** AliExpress is still examining a payment: the order waits, and no person is asked to pay again. */
async function awaitAcceptance(
  ctx: Context,
  order: Order,
  pending: readonly SupplierOrder[],
  { pollMs, keep }: { pollMs: number; keep: Keep },
): Promise<string> {
  const text = `${pending.map(nameOf).join(', ')}: AliExpress examines the payment, nobody is to pay again`;
  if (await waitedTooLong(ctx, order, 'that the payment is accepted', text))
    return review(ctx, order, attention(`${text}; it has not reported the outcome for too long: look there`), keep);
  if (order.status !== 'PURCHASING') return move(ctx, order, { to: 'PURCHASING', note: text }, { also: keep });
  return recheck(ctx, order, pollMs, { note: text, also: keep });
}

/** The supplier's total charge; ends the step where it is unknown, or not in our currency. */
async function charged(
  ctx: Context,
  order: Order,
  rows: readonly SupplierOrder[],
  also: Keep,
): Promise<{ cost: Money } | Ended> {
  const endedInReview = (stop: Review) => ended(review(ctx, order, stop, also));
  const costs = rows
    .filter(row => row.wasPaid)
    .map(row => (row.costMinor != null && row.costCurrency ? money(row.costMinor, row.costCurrency) : undefined));
  const known = costs.filter(cost => cost !== undefined);
  if (known.length < costs.length) {
    if (rows.some(row => row.status === 'CANCELLED'))
      return endedInReview(
        attention(`cancelled after it was paid, and the supplier does not say what it charged: ${whenMoneyIsBack}`),
      );
    const text = 'paid; the supplier does not say yet what it charged';
    if (await waitedTooLong(ctx, order, 'what was charged', text))
      return endedInReview(attention('paid, and the supplier has not reported for too long what it charged'));
    return ended(recheck(ctx, order, ctx.config.supplierPollMs, { note: text, also }));
  }
  const foreign = known.find(cost => cost.currency !== platformCurrency);
  if (!foreign) return { cost: sum(known, platformCurrency) };
  const note = `the supplier charged ${formatMoney(foreign)} where ${platformCurrency} was asked for`;
  return endedInReview({ reason: 'SUPPLIER_CURRENCY', note });
}

const bought = (ctx: Context, order: Order, cost: Money, keep: Keep): Promise<string> =>
  move(
    ctx,
    order,
    { to: 'PURCHASED', note: `${formatMoney(cost)} paid to the supplier` },
    {
      facts: clearReversalFreeze(order),
      also: async em => {
        await keep(em);
        await bookPurchase(em, order, cost);
      },
    },
  );

export const supplierOrders = (ctx: Context, order: Order): Promise<SupplierOrder[]> =>
  ctx.store.read(em => purchaseOrdersOf(em, order.id));
