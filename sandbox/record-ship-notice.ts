import type { World } from './world.ts';

/** The seller has told a sale channel of a parcel. What is told twice stands here twice. */
export const recordNotice = (
  world: World,
  provider: 'paypal' | 'ebay' | 'mercadolibre',
  orderId: string,
  trackingNumber: string,
  carrier = '',
): void =>
  world.books.record({
    kind: 'ship-notice',
    provider,
    key: orderId,
    reference: trackingNumber,
    amountMinor: 0n,
    currency: 'USD',
    detail: { carrier },
  });
