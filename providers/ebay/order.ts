import type { Address } from '../../domain/address.ts';
import { add, type Currency, type Money, sum } from '../../domain/money.ts';
import { type EbayRefund, readRefunds } from './refunds.ts';
import type { WireLine, WireOrder, WireShipTo } from './schema.ts';

/** To be bought for only while `paymentStatus` is PAID and `cancelState` is NONE_REQUESTED. */
export type EbayOrder = {
  orderId: string;
  createdAt?: Date;
  paymentStatus: string;
  cancelState: string;
  /** All or part of it is on its way: NOT_STARTED is neither. */
  fulfillmentStatus: string;
  /** Absent when eBay gives none, or gives it no more (after about 90 days). */
  shipTo?: Address;
  buyer: string;
  currency: Currency;
  marketplaceFee?: Money;
  lines: EbayLine[];
  /** Of the order as a whole; what was given back of one line is told with the line. */
  refunds: EbayRefund[];
};

export type EbayLine = {
  lineItemId: string;
  legacyItemId: string;
  variationId?: string;
  sku?: string;
  title: string;
  quantity: number;
  /** All pieces and their delivery, after discounts, without the tax that eBay collects and remits itself. */
  total: Money;
  /** That tax: on top of the total, and never the seller's. */
  collectedTax: Money;
  refunds: EbayRefund[];
};

export function toOrder(wire: WireOrder): EbayOrder {
  const shipTo = toAddress(wire.fulfillmentStartInstructions?.[0]?.shippingStep?.shipTo);
  const { ofOrder, ofLines } = readRefunds(
    wire.paymentSummary?.refunds,
    wire.lineItems.map(({ refunds }) => refunds),
  );
  return {
    orderId: wire.orderId,
    ...(wire.creationDate ? { createdAt: wire.creationDate } : {}),
    paymentStatus: wire.orderPaymentStatus,
    cancelState: wire.cancelStatus?.cancelState ?? 'NONE_REQUESTED',
    fulfillmentStatus: wire.orderFulfillmentStatus ?? 'NOT_STARTED',
    ...(shipTo ? { shipTo } : {}),
    buyer: wire.buyer?.username ?? '',
    currency: wire.pricingSummary.total.currency,
    ...(wire.totalMarketplaceFee ? { marketplaceFee: wire.totalMarketplaceFee } : {}),
    lines: wire.lineItems.map((line, index) => toLine(line, ofLines[index])),
    refunds: ofOrder,
  };
}

function toLine(wire: WireLine, refunds: EbayRefund[] = []): EbayLine {
  const cost = wire.discountedLineItemCost ?? wire.lineItemCost;
  const delivery = wire.deliveryCost?.shippingCost;
  const taxes = wire.ebayCollectAndRemitTaxes?.flatMap(({ amount }) => amount ?? []) ?? [];
  return {
    lineItemId: wire.lineItemId,
    legacyItemId: wire.legacyItemId,
    ...(wire.legacyVariationId ? { variationId: wire.legacyVariationId } : {}),
    ...(wire.sku ? { sku: wire.sku } : {}),
    title: wire.title,
    quantity: wire.quantity,
    total: delivery ? add(cost, delivery) : cost,
    collectedTax: sum(taxes, cost.currency),
    refunds,
  };
}

/** An address that a parcel could not be sent to is none. */
function toAddress({ fullName, contactAddress, primaryPhone, email }: WireShipTo = {}): Address | undefined {
  const { addressLine1: line1, addressLine2: line2, city, countryCode: country } = contactAddress ?? {};
  if (!fullName || !line1 || !city || !country) return undefined;
  return {
    fullName,
    line1,
    ...(line2 ? { line2 } : {}),
    city,
    region: contactAddress?.stateOrProvince ?? contactAddress?.county ?? '',
    postalCode: contactAddress?.postalCode ?? '',
    country,
    ...(primaryPhone?.phoneNumber ? { phone: primaryPhone.phoneNumber } : {}),
    ...(email ? { email } : {}),
  };
}
