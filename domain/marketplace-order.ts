import type { Address } from './address.ts';
import type { Money } from './money.ts';
import type { ReviewReason } from './order.ts';

/**
 * How much of a line was refunded; or, in `says`, the marketplace's word for a refund whose amount it does not give.
 */
export type ReportedRefund = Money | { readonly says: string };

export type MarketplaceLine = {
  lineId: string;
  listingId: string;
  variationId: string;
  quantity: number;
  /** What the buyer paid for the line, delivery included, without tax that the marketplace collects and remits. */
  total: Money;
  /** That tax, on top of the total. */
  collectedTax?: Money;
  /** The marketplace's own fee for the line, when it says. */
  fee: Money | undefined;
  /** Undefined where nothing was refunded. */
  back: ReportedRefund | undefined;
  /** By when the marketplace wants it sent, where it says. */
  shipBy?: Date | undefined;
};

/** An order as its marketplace reports it now. */
export type MarketplaceOrder = {
  orderId: string;
  /** Undefined where the marketplace does not say. */
  soldAt: Date | undefined;
  /** UNKNOWN: the marketplace uses a word that we do not know, or contradicts itself. It does not count as paid. */
  payment: 'PENDING' | 'PAID' | 'PARTLY_REVERSED' | 'REVERSED' | 'UNKNOWN';
  /** The marketplace's own word for it. */
  rawPayment: string;
  /** The payment is disputed and the dispute is not decided; or it is unknown how much of the payment is left. */
  contested: boolean;
  cancelled: boolean;
  /** A cancellation was requested, and may still be declined. */
  cancelAsked: boolean;
  /** The order, or part of it, was already shipped. */
  shipped: boolean;
  /** Why a person must decide about the order before anything is bought. */
  review: { reason: ReviewReason; note: string } | undefined;
  shipTo: Address | undefined;
  /** The buyer's account, where the marketplace may ask us to forget its owner. */
  buyer?: string;
  lines: readonly MarketplaceLine[];
};
