import { refusalIn, Terminal } from '../../domain/call-outcome.ts';
import type { OrderState } from '../../domain/order.ts';
import type { SupplierOrderState } from '../../domain/supplier-order.ts';
import { supplierStates } from '../../providers/aliexpress/to-domain.ts';
import type { Order, SupplierOrder } from '../../store/entities/order.ts';
import { freeze } from '../../store/orders/orders.ts';
import { parcelsOf } from '../../store/orders/parcels.ts';
import {
  applySupplierStatus,
  isCancelled,
  isSeenByPerson,
  nothingStands,
  purchaseOrdersOf,
  saveSupplierNews,
} from '../../store/orders/supplier-orders.ts';
import { noteNews, noteOnce } from '../../store/orders/timeline.ts';
import { costOf } from '../../transactions/book-purchase.ts';
import { endFreeze } from '../../transactions/end-freeze.ts';
import { ReconnectNeeded } from '../connections/fresh-token.ts';
import type { Context, Processor } from '../context/context.ts';
import { supplierCancelled } from '../purchase/supplier-cancelled.ts';
import { waitedTooLong } from '../purchase/supplier-patience.ts';
import { type SupplierReader, throughApi } from '../purchase/supplier-reader.ts';
import { type Stop, stopOf, unreadable } from '../purchase/supplier-status.ts';
import { move, orderStep, recheck } from '../step/order-step.ts';
import { takeParcels } from './follow-parcels.ts';
import { tellParcels } from './ship-notice.ts';

/** How soon a parcel that could not be reported is reported again. */
const reportAgainMs = 300_000;

/**
 * Follows the parcels, and reports each to the sale channel. The order is SHIPPED when all its supplier orders are, and
 * DELIVERED when all have arrived. When the supplier cancels a paid supplier order, no further payout leaves; its other
 * supplier orders are still followed.
 */
export const trackShipment: Processor<'orderId'> = ({ orderId }, ctx) =>
  orderStep(ctx, { queue: 'track-shipment', id: orderId, from: trackedIn }, order =>
    followParcels(ctx, order, throughApi(ctx)),
  );

/** WAITING only for the supplier's refund of a cancelled supplier order. */
export const trackedIn: readonly OrderState[] = ['PURCHASED', 'SHIPPED', 'WAITING'];

export async function followParcels(ctx: Context, order: Order, reader: SupplierReader): Promise<string> {
  const rows = await ctx.store.read(em => purchaseOrdersOf(em, order.id));
  if (rows.length === 0) return unknownPurchase(ctx, order);
  const { unread, stop } = await takeAllNews(ctx, order, reader, rows);
  if (rows.some(row => isCancelled(row) && row.wasPaid)) {
    const stopped = await supplierCancelled(ctx, order, rows, costOf(rows));
    await tellParcels(ctx, order);
    return stopped;
  }
  if (stop) return stopLegs(ctx, order, stop);
  if (unread) return recheck(ctx, order, ctx.config.trackingPollMs, { note: unread });
  // A freeze for a cancelled line ends when no line is cancelled any more.
  if (order.frozenFor === 'SUPPLIER_CANCELLED')
    await ctx.transact((em, enqueue) => endFreeze(em, enqueue, order, 'SUPPLIER_CANCELLED'));
  // A supplier order that was closed unpaid holds none of the goods.
  const states = rows.filter(row => !isCancelled(row)).map(({ status }) => status);
  const unreported = await tellParcels(ctx, order);
  // A delivered order is not looked at again, so its parcels must be reported first.
  if (unreported === 0 && states.every(status => status === 'DELIVERED')) return move(ctx, order, { to: 'DELIVERED' });
  if (order.status === 'PURCHASED' && states.every(isUnderWay)) return move(ctx, order, { to: 'SHIPPED' });
  if (order.status === 'SHIPPED') await missNumbers(ctx, order);
  const { trackingPollMs } = ctx.config;
  if (unreported === 0) return recheck(ctx, order, trackingPollMs, { note: `still ${states.join(', ')}` });
  return recheck(ctx, order, Math.min(trackingPollMs, reportAgainMs), {
    note: `${order.channel} is told again of ${unreported} parcels`,
  });
}

const unknownPurchase = (ctx: Context, order: Order): Promise<string> =>
  move(ctx, order, { to: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION', note: nothingStands });

/** Gives the order to a person. Where goods were cancelled, no payout leaves before the decision. */
const stopLegs = (ctx: Context, order: Order, stop: Stop): Promise<string> =>
  move(
    ctx,
    order,
    { to: 'NEEDS_REVIEW', ...stop },
    {
      also: async em => {
        if (stop.reason === 'SUPPLIER_CANCELLED') await freeze(em, order, stop.reason);
      },
    },
  );

const isUnderWay = (status: SupplierOrderState): boolean => status === 'SHIPPED' || status === 'DELIVERED';

/** The goods are shipped, but no parcel has a tracking number: warns when that has lasted too long. */
async function missNumbers(ctx: Context, order: Order): Promise<void> {
  if ((await ctx.store.read(em => parcelsOf(em, order.id))).length > 0) return;
  if (!(await waitedTooLong(ctx, order, 'a tracking number', 'sent; no parcel has a tracking number yet'))) return;
  const text = 'sent, and no parcel has a tracking number: look for it on the supplier’s site';
  if (await tellOnce(ctx, order, text)) ctx.log.warn({ orderId: order.id }, text);
}

/** `unread`: why there is no news, where the account must be connected again. `stop`: why a person must look. */
type AllNews = { unread?: string; stop?: Stop };

async function takeAllNews(
  ctx: Context,
  order: Order,
  reader: SupplierReader,
  rows: readonly SupplierOrder[],
): Promise<AllNews> {
  const stops: Stop[] = [];
  try {
    // A cancelled supplier order stays so, and one that a person has judged is not read.
    for (const row of rows.filter(one => !isCancelled(one) && !isSeenByPerson(one))) {
      const stop = await takeNews(ctx, order, reader, row);
      if (stop) stops.push(stop);
      else if (isUnderWay(row.status)) await takeParcels(ctx, order, row, await reader.parcels(row));
    }
    const [stop] = stops;
    return stop ? { stop } : {};
  } catch (error) {
    if (!(error instanceof ReconnectNeeded)) throw error;
    // The goods are on their way although we cannot follow them: the order is not stopped.
    const text = `nothing is known of the parcels: ${error.message}`;
    await ctx.store.transaction(em => noteOnce(em, order.id, 'tracking-reconnect', text));
    return { unread: text };
  }
}

async function takeNews(
  ctx: Context,
  order: Order,
  reader: SupplierReader,
  row: SupplierOrder,
): Promise<Stop | undefined> {
  const news = await reader.order(row).catch(refusalIn);
  if (news instanceof Terminal) return stopOrTell(ctx, order, unreadable(row, news));
  const stop = stopOf(row, news);
  // A dispute or hold at the supplier does not change a purchase that is paid and booked, but a person should know.
  if (stop && news.status === 'NEEDS_ATTENTION') await tellOnce(ctx, order, stop.note);
  else if (stop) return stopOrTell(ctx, order, stop);
  const { rawStatus, payDeadline } = news;
  applySupplierStatus(row, { status: supplierStates[news.status], rawStatus, payDeadline });
  // A cancellation is stored together with its effect on the order.
  if (!isCancelled(row)) await ctx.store.transaction(em => saveSupplierNews(em, order, [row]));
  return undefined;
}

/** An order that waits for the supplier's refund goes on waiting, with a note; any other order stops. */
async function stopOrTell(ctx: Context, order: Order, stop: Stop): Promise<Stop | undefined> {
  if (order.status !== 'WAITING') return stop;
  await tellOnce(ctx, order, stop.note);
  return undefined;
}

const tellOnce = (ctx: Context, order: Order, text: string): Promise<boolean> =>
  ctx.store.transaction(em => noteNews(em, order.id, 'supplier', text));
