import { invariant } from '../../domain/call-outcome.ts';
import { type Call, malformed } from '../gate/checked-call.ts';
import type { HttpAnswer } from '../wire/http.ts';
import type { WireFulfillment } from './schema.ts';

type ShippedLine = { lineItemId: string; quantity: number };

/** One parcel as eBay has recorded it. */
export type Fulfillment = {
  fulfillmentId: string;
  lines: ShippedLine[];
  trackingNumber?: string;
  carrier?: string;
  shippedAt?: Date;
};

type NewFulfillment = {
  lines: readonly ShippedLine[];
  shippedAt: Date;
  /** A code of eBay's `ShippingCarrierDetails`; `Other` where none fits. */
  carrier: string;
  trackingNumber: string;
};

/** eBay accepts letters and digits only, and returns the number without the rest: numbers are compared in this form. */
export const trackingNumberForEbay = (number: string): string => number.replace(/[^A-Za-z0-9]/g, '');

/** The frozen request of one parcel. Carrier and tracking number come together. */
export function fulfillmentBody({ lines, shippedAt, carrier, trackingNumber }: NewFulfillment): string {
  const number = trackingNumberForEbay(trackingNumber);
  invariant(number !== '' && carrier !== '', 'a parcel has a carrier and a number of letters and digits');
  invariant(lines.length > 0, 'a parcel has lines');
  return JSON.stringify({
    lineItems: lines.map(({ lineItemId, quantity }) => ({ lineItemId, quantity })),
    shippedDate: shippedAt.toISOString(),
    shippingCarrierCode: carrier,
    trackingNumber: number,
  });
}

export const toFulfillment = (wire: WireFulfillment): Fulfillment => ({
  fulfillmentId: wire.fulfillmentId,
  lines: wire.lineItems,
  ...(wire.shipmentTrackingNumber ? { trackingNumber: wire.shipmentTrackingNumber } : {}),
  ...(wire.shippingCarrierCode ? { carrier: wire.shippingCarrierCode } : {}),
  ...(wire.shippedDate ? { shippedAt: wire.shippedDate } : {}),
});

/** The body of the answer is of no use: the new parcel's id is the end of its `Location`. */
export function fulfillmentIdOf(call: Call, { headers }: HttpAnswer): string {
  const id = /\/shipping_fulfillment\/([A-Za-z0-9]{1,64})$/.exec(String(headers.location ?? ''))?.[1];
  if (id === undefined) throw malformed(call, '', 'the answer has no Location of a parcel');
  return id;
}
