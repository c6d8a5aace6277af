import { randomUUID } from 'node:crypto';
import type { OrderId, ParcelId } from '../../domain/ids.ts';
import { timeOf } from '../database/clock.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Parcel, type SupplierOrder } from '../entities/order.ts';

/** A parcel as the supplier reports it now. */
export type SeenParcel = {
  trackingNumber: string;
  carrier: string;
  /** How many pieces of our product are in it. */
  quantity: number;
  shippedAt: Date;
  lastEvent?: { at: Date; text: string } | undefined;
};

/**
 * Stores what a supplier reports of the parcels of one of its orders. A parcel that the supplier no longer lists is
 * gone: its number has changed. An empty list is no answer, because parcels do not vanish.
 * @param areAll whether every parcel has a number: one without a number may be any of those we know
 */
export async function keepParcels(
  em: EntityManager,
  row: SupplierOrder,
  seen: readonly SeenParcel[],
  areAll: boolean,
): Promise<void> {
  if (seen.length === 0) return;
  for (const { trackingNumber, carrier, quantity, shippedAt, lastEvent } of seen)
    await em.execute(
      `insert into parcels (id, order_id, supplier_order_id, tracking_number, carrier, quantity, shipped_at, last_event, last_event_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (supplier_order_id, tracking_number) do update set
         carrier = excluded.carrier, last_event = excluded.last_event, last_event_at = excluded.last_event_at, gone_at = null`,
      [
        randomUUID(),
        row.orderId,
        row.id,
        trackingNumber,
        carrier,
        quantity,
        shippedAt,
        lastEvent?.text ?? null,
        lastEvent?.at ?? null,
      ],
    );
  if (!areAll) return;
  const named = seen.map(({ trackingNumber }) => trackingNumber);
  const others = { supplierOrderId: row.id, trackingNumber: { $nin: named }, goneAt: null };
  await em.nativeUpdate(Parcel, others, { goneAt: timeOf(em) });
}

export const findParcel = (em: EntityManager, id: ParcelId): Promise<Parcel | null> => em.findOne(Parcel, { id });

export const parcelsOf = (em: EntityManager, orderId: OrderId): Promise<Parcel[]> =>
  em.find(Parcel, { orderId }, { orderBy: { firstSeenAt: 'asc', trackingNumber: 'asc' }, limit: 200 });

/** Parcels that the sale channel has not been told of, in the order in which they were seen. */
export const untoldParcels = (em: EntityManager, orderId: OrderId): Promise<Parcel[]> =>
  em.find(
    Parcel,
    { orderId, toldAt: null, refusedFor: null, goneAt: null },
    { orderBy: { firstSeenAt: 'asc', trackingNumber: 'asc' }, limit: 200 },
  );

export async function markTold(em: EntityManager, id: ParcelId, at: Date): Promise<void> {
  await em.nativeUpdate(Parcel, { id }, { toldAt: at, refusedFor: null });
}

/** We will not tell the sale channel of this parcel any more; a person may. */
export async function refuseNotice(em: EntityManager, id: ParcelId, code: string): Promise<void> {
  await em.nativeUpdate(Parcel, { id, toldAt: null }, { refusedFor: code });
}
