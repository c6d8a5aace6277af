import type { Address } from '../../domain/address.ts';
import { invariant } from '../../domain/call-outcome.ts';
import { readAs } from '../wire/fields.ts';
import { toAddress } from './address.ts';
import { type MercadoLibreSender, senderOf } from './logistics.ts';
import { type WireShipment, wireShipment } from './schema.ts';

export type MercadoLibreShipment = {
  id: string;
  status: string;
  sender: MercadoLibreSender;
  /** MercadoLibre's own words: `me2/fulfillment`. */
  logistic: string;
  trackingNumber?: string;
  shipTo?: Address;
  /** By when it is to be handed over (`lead_time.estimated_handling_limit`). */
  shipBy?: Date;
};

type ShipNotice = {
  status: 'shipped' | 'delivered';
  at: Date;
  trackingNumber: string;
  /** Where the buyer can follow the parcel. */
  trackingUrl: string;
  comment?: string;
  /** MercadoLibre's number of the carrier, where the seller has agreed on one. */
  serviceId?: number;
};

/** The frozen request that reports a parcel, for sellers who ship themselves. */
export function shipNotice({ status, at, trackingNumber, trackingUrl, comment = '', serviceId }: ShipNotice): string {
  invariant(trackingNumber !== '' && trackingUrl !== '', 'a parcel has a number and a place to follow it');
  return JSON.stringify({
    payload: { ...(serviceId === undefined ? {} : { service_id: serviceId }), comment, date: at.toISOString() },
    tracking_number: trackingNumber,
    tracking_url: trackingUrl,
    status,
    substatus: null,
  });
}

function toShipment(wire: WireShipment): MercadoLibreShipment {
  const shipTo = toAddress(wire.destination);
  const { mode, type } = wire.logistic;
  const shipBy = wire.lead_time?.estimated_handling_limit?.date;
  return {
    id: wire.id,
    status: wire.status,
    sender: senderOf(mode, type),
    logistic: type ? `${mode}/${type}` : mode,
    ...(wire.tracking_number ? { trackingNumber: wire.tracking_number } : {}),
    ...(shipTo ? { shipTo } : {}),
    ...(shipBy ? { shipBy } : {}),
  };
}

export const shipmentSchema = readAs(wireShipment, toShipment);
