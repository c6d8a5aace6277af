import type { OrderState } from '../domain/order.ts';
import type { SupplierOrderState } from '../domain/supplier-order.ts';
import type { SupplierOrderStatus } from '../providers/aliexpress/order.ts';
import type { Order, SupplierOrder } from '../store/entities/order.ts';
import { purchaseCost } from '../store/purchase-books.ts';
import { hear, isCancelled, keepNews, nothingStands, purchaseOrdersOf } from '../store/supplier-orders.ts';
import { noteOnce } from '../store/timeline.ts';
import type { Context, Processor } from './context.ts';
import { supplierStates } from './follow-purchase.ts';
import { move, orderStep, recheck } from './order-step.ts';
import { takeParcels } from './parcels.ts';
import { tellParcels } from './ship-notice.ts';
import { supplierCancelled } from './supplier-cancelled.ts';
import { type SupplierReader, throughApi } from './supplier-order.ts';
import { ReconnectNeeded } from './tokens.ts';

/** A sale channel that could not be told is told again after this long. */
const tellAgainMs = 300_000;

/**
 * Follows the parcels, and tells the sale channel of each. The order is SHIPPED when all its supplier orders are, and
 * DELIVERED when all have arrived. A supplier that cancels what it was paid for stops everything that is
 * still to leave; what it did not cancel is followed all the same.
 */
export const trackShipment: Processor<'orderId'> = ({ orderId }, ctx) =>
  orderStep(ctx, { queue: 'track-shipment', id: orderId, from: trackedIn }, order =>
    followParcels(ctx, order, throughApi(ctx)),
  );

/** WAITING only for the refund of what the supplier cancelled. */
export const trackedIn: readonly OrderState[] = ['PURCHASED', 'SHIPPED', 'WAITING'];

export async function followParcels(ctx: Context, order: Order, reader: SupplierReader): Promise<string> {
  const rows = await ctx.store.read(em => purchaseOrdersOf(em, order.id));
  if (rows.length === 0) return unknownPurchase(ctx, order);
  const unread = await takeAllNews(ctx, order, reader, rows);
  if (rows.some(isCancelled)) {
    const cost = await ctx.store.read(em => purchaseCost(em, order.id));
    const stopped = await supplierCancelled(ctx, order, rows, cost);
    await tellParcels(ctx, order);
    return stopped;
  }
  if (unread) return recheck(ctx, order, ctx.config.trackingPollMs, unread);
  const states = rows.map(({ status }) => status);
  const untold = await tellParcels(ctx, order);
  // A delivered order is not looked at again: its sale channel is told first.
  if (untold === 0 && states.every(status => status === 'DELIVERED')) return move(ctx, order, { to: 'DELIVERED' });
  if (order.status === 'PURCHASED' && states.every(isUnderWay)) return move(ctx, order, { to: 'SHIPPED' });
  const { trackingPollMs } = ctx.config;
  if (untold === 0) return recheck(ctx, order, trackingPollMs, `still ${states.join(', ')}`);
  return recheck(
    ctx,
    order,
    Math.min(trackingPollMs, tellAgainMs),
    `${order.channel} is told again of ${untold} parcels`,
  );
}

const unknownPurchase = (ctx: Context, order: Order): Promise<string> =>
  move(ctx, order, { to: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION', note: nothingStands });

const isUnderWay = (status: SupplierOrderState): boolean => status === 'SHIPPED' || status === 'DELIVERED';

/** Gives why there is no news, when the supplier's account must be connected again: the goods are on their way all the same. */
async function takeAllNews(
  ctx: Context,
  order: Order,
  reader: SupplierReader,
  rows: readonly SupplierOrder[],
): Promise<string | undefined> {
  try {
    // What is cancelled stays so.
    for (const row of rows.filter(one => !isCancelled(one))) {
      await takeNews(ctx, order, reader, row);
      if (isUnderWay(row.status)) await takeParcels(ctx, order, row, await reader.parcels(row));
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof ReconnectNeeded)) throw error;
    const text = `nothing is known of the parcels: ${error.message}`;
    await ctx.store.transaction(em => noteOnce(em, order.id, 'tracking-reconnect', text));
    return text;
  }
}

async function takeNews(ctx: Context, order: Order, reader: SupplierReader, row: SupplierOrder): Promise<void> {
  const news = await reader.order(row);
  const status = supplierStates[news.status];
  if (!status) return tellOnce(ctx, order, row, news.status, news.rawStatus);
  const { rawStatus, payDeadline } = news;
  hear(row, { status, rawStatus, payDeadline });
  // That it was cancelled is written with what that means for the order.
  if (!isCancelled(row)) await ctx.store.transaction(em => keepNews(em, order, [row]));
}

/** Paid and booked: a dispute or a hold at the supplier changes nothing yet, but a person should know. */
async function tellOnce(
  ctx: Context,
  order: Order,
  row: SupplierOrder,
  status: SupplierOrderStatus,
  rawStatus: string,
): Promise<void> {
  const text = `AliExpress order ${row.number} is ${rawStatus}: look at it on the site`;
  await ctx.store.transaction(em => noteOnce(em, order.id, `supplier-${status}-${rawStatus}`, text));
}
