import type { Address } from '../address.ts';

export type MercadoLibreItem = {
  readonly itemId: string;
  readonly variationId: string | undefined;
  readonly title: string;
  readonly quantity: number;
  readonly unitPriceMinor: bigint;
  /** What the marketplace keeps, per unit. */
  readonly saleFeeMinor: bigint;
  /** The same as it is written, where it is finer than the currency: a share of the price is not rounded. */
  readonly saleFee?: string;
};

export type PaymentWords = { readonly status: string; readonly statusDetail?: string };

export type Notification = { readonly id: string; readonly body: string };

export type MercadoLibreOrder = {
  readonly id: string;
  /** The seller's user id. */
  readonly accountId: string;
  readonly shipmentId: string;
  readonly packId: string | undefined;
  readonly currency: string;
  readonly items: readonly MercadoLibreItem[];
  shipTo: Address | undefined;
  readonly logisticMode: string;
  /** Of `me2`: who carries it to whom. */
  readonly logisticType: string | undefined;
  readonly createdAt: string;
  /** By when it is to be handed over; a seller who ships in his own way may promise none. */
  readonly handlingLimit: string | undefined;
  status: string;
  tags: readonly string[];
  /** What has gone back of its payment. */
  refundedMinor: bigint;
  /** How its payment stands, where the order's status does not say it. */
  payment: PaymentWords | undefined;
  /** Claims of its buyer, open or over. */
  mediations: readonly string[];
  updatedAt: string;
  /** What was sent last, so that it can be sent again word for word. */
  notification: Notification | undefined;
  shipmentStatus: string;
  /** As the seller told it. */
  trackingNumber?: string | undefined;
};

/** A notification that has not arrived: `GET /missed_feeds` lists it for two days. */
export type MissedFeed = {
  readonly body: string;
  readonly accountId: string;
  readonly topic: string;
  readonly atMs: number;
};

export type MercadoLibreState = {
  readonly orders: Map<string, MercadoLibreOrder>;
  /** By the notification's id; delivery takes it out. */
  readonly missedFeeds: Map<string, MissedFeed>;
};

export const createMercadoLibreState = (): MercadoLibreState => ({ orders: new Map(), missedFeeds: new Map() });
