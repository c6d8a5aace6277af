import type { Address } from './address.ts';
import type { Money } from './money.ts';
import type { ReviewReason } from './order.ts';

/** What of a line has gone back to its buyer so far; or what its marketplace says of that without telling how much. */
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
  /** Nothing, where there is none. */
  back: ReportedRefund | undefined;
  /** By when the marketplace wants it sent, where it says. */
  shipBy?: Date | undefined;
};

/** An order as its marketplace tells it now. */
export type MarketplaceOrder = {
  orderId: string;
  /** Where the marketplace says it. */
  soldAt: Date | undefined;
  /** UNKNOWN: it says so in a word that we do not know, or contradicts itself. That is no money. */
  payment: 'PENDING' | 'PAID' | 'PARTLY_REVERSED' | 'REVERSED' | 'UNKNOWN';
  /** In its own words. */
  rawPayment: string;
  /** Somebody wants the buyer's money back, and that is not decided; or nobody knows how the money stands. */
  contested: boolean;
  cancelled: boolean;
  /** Somebody asks for a cancellation, which may still be declined. */
  cancelAsked: boolean;
  /** Somebody has sent it, or part of it, already. */
  shipped: boolean;
  /** Something in it that only a person may decide about before anything is bought. */
  review: { reason: ReviewReason; note: string } | undefined;
  shipTo: Address | undefined;
  /** Where the marketplace may ask us to forget them. */
  buyer?: string;
  lines: readonly MarketplaceLine[];
};
