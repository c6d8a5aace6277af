import type { WireParcels } from './schema.ts';

type NewTracking = {
  captureId: string;
  /** ≤ 64 characters. */
  trackingNumber: string;
  /** As the supplier names it: `Cainiao`, `4PX`, `AliExpress Standard Shipping`. */
  carrier: string;
  /** Whether PayPal sends the buyer an e-mail about it. */
  notifyBuyer: boolean;
};

/** A parcel that PayPal knows. `id` is PayPal's own, and contains the tracking number. */
export type Tracker = { id: string; status?: string };

/** The carriers of AliExpress's parcels among the 1276 that PayPal lists. */
const carriers: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/cainiao/i, 'CAINIAO'],
  [/yanwen/i, 'YANWEN'],
  [/4px|four ?px/i, 'FOUR_PX_EXPRESS'],
  [/yun ?express/i, 'YUNEXPRESS'],
  [/china post|\bems\b/i, 'CN_CHINA_POST_EMS'],
  [/\busps\b/i, 'USPS'],
  [/\bups\b/i, 'UPS'],
  [/^dhl( express)?$/i, 'DHL'],
];

/** The frozen request of one parcel. */
export function trackingBody({ captureId, trackingNumber, carrier, notifyBuyer }: NewTracking): string {
  const known = carriers.find(([pattern]) => pattern.test(carrier))?.[1];
  const named = known ? { carrier: known } : { carrier: 'OTHER', carrier_name_other: carrier.slice(0, 64) || 'Other' };
  return JSON.stringify({
    capture_id: captureId,
    tracking_number: trackingNumber.slice(0, 64),
    ...named,
    notify_payer: notifyBuyer,
  });
}

/** Undefined where one of them cannot be read: then it is unknown whether PayPal knows a parcel. */
export function toTrackers(units: readonly WireParcels[]): Tracker[] | undefined {
  const trackers: Tracker[] = [];
  for (const { shipping = {} } of units) {
    if (shipping === 'unreadable') return undefined;
    trackers.push(...(shipping.trackers ?? []).map(({ id, status }) => ({ id, ...(status ? { status } : {}) })));
  }
  return trackers;
}
