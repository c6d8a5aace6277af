import type { Parcel as SupplierParcel } from '../../providers/aliexpress/product.ts';
import type { Order, SupplierOrder } from '../../store/entities/order.ts';
import { keepParcels, type SeenParcel } from '../../store/orders/parcels.ts';
import type { Context } from '../context/context.ts';

/** Stores the parcels of one supplier order: there may be several, and a tracking number may change on the way. */
export async function takeParcels(
  ctx: Context,
  order: Order,
  row: SupplierOrder,
  parcels: readonly SupplierParcel[],
): Promise<void> {
  const numbered = parcels.filter(({ trackingNumber }) => trackingNumber !== '');
  await ctx.store.transaction(em =>
    keepParcels(
      em,
      row,
      numbered.map(parcel => seen(ctx, order, parcel)),
      numbered.length === parcels.length,
    ),
  );
}

function seen(ctx: Context, order: Order, { trackingNumber, carrier, items, events }: SupplierParcel): SeenParcel {
  const pieces = items.reduce((sum, { quantity }) => sum + quantity, 0);
  const times = events.map(({ at }) => at.getTime());
  const last = events.find(({ at }) => at.getTime() === Math.max(...times));
  return {
    trackingNumber,
    carrier: carrier || 'unknown',
    // An order holds one product: a parcel without a plausible quantity counts as all of it.
    quantity: pieces > 0 && pieces <= order.quantity ? pieces : order.quantity,
    shippedAt: shippedAt(ctx, order, times),
    lastEvent: last && { at: last.at, text: last.description || last.name },
  };
}

/** The time of the parcel's first event, but never before the order was paid, and never in the future. */
function shippedAt(ctx: Context, order: Order, times: readonly number[]): Date {
  const now = ctx.now().getTime();
  const first = times.length > 0 ? Math.min(...times) : now;
  return new Date(Math.min(now, Math.max(first, (order.paidAt ?? order.createdAt).getTime())));
}
