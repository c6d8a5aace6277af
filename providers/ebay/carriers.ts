/**
 * eBay's codes (`ShippingCarrierCodeType` of its Trading API, which is where the list is kept) for the carriers of
 * AliExpress's parcels. eBay refuses a whole parcel for a code that it does not know, so an uncertain carrier becomes
 * `Other`.
 */
const carriers: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/\busps\b/i, 'USPS'],
  [/\bups\b/i, 'UPS'],
  [/\bfedex\b/i, 'FedEx'],
  [/\bdhl\b.*(global|ecommerce|mail)/i, 'DHLGlobalMail'],
  [/\bdhl\b/i, 'DHL'],
  [/china post|\bems\b/i, 'ChinaPost'],
  [/hong ?kong post/i, 'HongKongPost'],
  [/\bflyt\b/i, 'FLYTExpress'],
  [/\bgls\b/i, 'GLS'],
  [/\bdpd\b/i, 'DPD'],
];

/** @param name as the supplier writes it: `Cainiao`, `USPS`, `China Post Registered Air Mail` */
export const carrierForEbay = (name: string): string =>
  carriers.find(([pattern]) => pattern.test(name))?.[1] ?? 'Other';
