import type { Address } from '../address.ts';
import type { TokenMap } from '../tokens.ts';

export type EbayLine = {
  readonly lineItemId: string;
  readonly legacyItemId: string;
  readonly variationId: string | undefined;
  readonly sku: string | undefined;
  readonly title: string;
  readonly quantity: number;
  /** Goods and delivery. */
  readonly totalMinor: bigint;
  readonly deliveryMinor: bigint;
  /** On top: eBay collects it from the buyer and remits it itself. */
  readonly collectedTaxMinor: bigint;
};

export type Fulfillment = {
  readonly fulfillmentId: string;
  readonly lineItems: readonly { readonly lineItemId: string; readonly quantity: number }[];
  readonly shippedDate: string;
  readonly shippingCarrierCode: string | undefined;
  readonly shipmentTrackingNumber: string | undefined;
};

/** Of one line, or of the whole order. */
export type EbayRefund = {
  readonly refundId: string;
  readonly lineItemId: string | undefined;
  readonly amountMinor: bigint;
  readonly status: 'PENDING' | 'REFUNDED' | 'FAILED';
  readonly date: string;
};

/** How it gets to the buyer, where that is not the seller's business alone. */
export type EbayDelivery = {
  readonly instructions?: string;
  readonly fulfilledBy?: string;
  readonly labelBy?: string;
};

/** eBay keeps the money for now. */
export type EbayHold = { readonly reason: string; readonly state: string };

export type EbayOrder = {
  readonly orderId: string;
  /** The seller. */
  readonly accountId: string;
  readonly buyer: string;
  readonly currency: string;
  readonly lines: readonly EbayLine[];
  readonly shipTo: Address | undefined;
  /** To its buyer abroad, by eBay itself: `shipTo` is its hub. */
  readonly forwarded: boolean;
  readonly marketplaceFeeMinor: bigint;
  /** Where eBay takes its fee in the seller's own currency. */
  readonly marketplaceFeeCurrency?: string | undefined;
  readonly createdAt: string;
  /** The latest moment at which the seller should ship, by the handling time that the listing promises. */
  readonly shipByDate: string;
  paymentStatus: string;
  cancelState: string;
  modifiedAt: string;
  readonly fulfillments: Fulfillment[];
  refunds: readonly EbayRefund[];
  readonly delivery: EbayDelivery;
  holds: readonly EbayHold[];
  /** What was sent last, one per line, so that it can be sent again word for word. */
  notifications: readonly { readonly id: string; readonly body: string }[];
};

/** Where notifications go; `MARKED_DOWN` when eBay has given up on it. */
export type Destination = { readonly id: string; name: string; endpoint: string; status: string };

export type Subscription = {
  readonly id: string;
  /** The seller. */
  readonly accountId: string;
  readonly topicId: string;
  readonly destinationId: string;
  status: string;
};

/** What was paid out to a seller's bank, or could not be. */
export type EbayPayout = {
  readonly payoutId: string;
  readonly accountId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly status: string;
  readonly at: string;
};

export type EbayState = {
  readonly payouts: EbayPayout[];
  alertEmail: string | undefined;
  readonly destinations: Map<string, Destination>;
  readonly subscriptions: Map<string, Subscription>;
  readonly applicationTokens: TokenMap;
  readonly orders: Map<string, EbayOrder>;
};

export const createEbayState = (): EbayState => ({
  alertEmail: undefined,
  destinations: new Map(),
  subscriptions: new Map(),
  applicationTokens: new Map(),
  orders: new Map(),
  payouts: [],
});
