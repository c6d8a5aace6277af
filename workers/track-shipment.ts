import type { SupplierOrderStatus } from '../providers/aliexpress/order.ts';
import type { Order, SupplierOrder } from '../store/entities/order.ts';
import { awaitSupplierRefund } from '../store/second-purchase.ts';
import { purchaseOrdersOf, updateSupplierOrder } from '../store/supplier-orders.ts';
import { noteOnce } from '../store/timeline.ts';
import type { Context, Processor } from './context.ts';
import { supplierStates } from './follow-purchase.ts';
import { move, orderStep, recheck } from './order-step.ts';
import { readSupplierOrder } from './supplier-order.ts';

/** Follows the parcels. A supplier that cancels what it was paid for stops everything that is still to leave. */
export const trackShipment: Processor<'orderId'> = ({ orderId }, ctx) =>
  orderStep(ctx, { queue: 'track-shipment', id: orderId, from: ['PURCHASED', 'SHIPPED'] }, async order => {
    const rows = await ctx.store.read(em => purchaseOrdersOf(em, order.id));
    for (const row of rows) await takeNews(ctx, order, row);
    const states = rows.map(({ status }) => status);
    if (states.includes('CANCELLED')) return supplierCancelled(ctx, order, rows);
    if (states.every(status => status === 'DELIVERED')) return move(ctx, order, { to: 'DELIVERED' });
    const shipped = states.every(status => status === 'SHIPPED' || status === 'DELIVERED');
    if (shipped && order.status === 'PURCHASED') return move(ctx, order, { to: 'SHIPPED' });
    return recheck(ctx, order, ctx.config.trackingPollMs, `still ${states.join(', ')}`);
  });

async function takeNews(ctx: Context, order: Order, row: SupplierOrder): Promise<void> {
  const news = await readSupplierOrder(ctx, row);
  const status = supplierStates[news.status];
  if (!status) return tellOnce(ctx, order, row, news.status, news.rawStatus);
  const { rawStatus, payDeadline } = news;
  await ctx.store.transaction(em => updateSupplierOrder(em, row, { status, rawStatus, payDeadline }));
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

/** The legs are frozen; only proof that the supplier gave the money back lets the order be bought again. */
function supplierCancelled(ctx: Context, order: Order, rows: readonly SupplierOrder[]): Promise<string> {
  const numbers = rows.filter(({ status }) => status === 'CANCELLED').map(({ number }) => number);
  const note = `AliExpress cancelled ${numbers.join(', ')} after it was paid: confirm its refund, or refund the buyer`;
  return move(
    ctx,
    order,
    { to: 'WAITING', reason: 'SUPPLIER_REFUND_UNPROVEN', until: null, note },
    {
      facts: { frozenFor: 'SUPPLIER_CANCELLED' },
      also: em => awaitSupplierRefund(em, order, rows),
    },
  );
}
