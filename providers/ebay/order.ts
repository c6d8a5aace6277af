import type { Address } from '../../domain/address.ts';
import { add, type Money, sum } from '../../domain/money.ts';
import { readAs } from '../wire/fields.ts';
import { salePrice } from '../wire/sale-price.ts';
import { lacksReference, toAddress } from './address.ts';
import { type EbayRefund, readRefunds } from './refunds.ts';
import { type WireLine, type WireOrder, wireOrder } from './schema.ts';
import {
  type Cancellation,
  cancellationOf,
  contestedBy,
  type EbayMoneyState,
  type EbaySender,
  moneyOf,
  senderOf,
} from './status.ts';

export type EbayOrder = {
  orderId: string;
  createdAt?: Date;
  money: EbayMoneyState;
  /** eBay's own word for it. */
  paymentStatus: string;
  /** The hold on the money because of a buyer's claim, in eBay's words. */
  contestedBy?: string;
  cancellation: Cancellation;
  cancelState: string;
  sender: EbaySender;
  /** eBay's own word for the kind of delivery. */
  instructions: string;
  /** All or part of it is on its way: NOT_STARTED is neither. */
  fulfillmentStatus: string;
  /** Absent when eBay gives none, or gives it no more (after about 90 days). */
  shipTo?: Address;
  /** eBay forwards the parcel itself, but does not give the reference for its hub's label. */
  referenceMissing?: true;
  buyer: string;
  marketplaceFee?: Money;
  lines: EbayLine[];
  /** Refunds of the order as a whole; those of one line are with the line. */
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
  /** By when eBay wants it sent. */
  shipBy?: Date;
  refunds: EbayRefund[];
};

export function toOrder(wire: WireOrder): EbayOrder {
  const [first, ...others] = wire.fulfillmentStartInstructions ?? [];
  const instruction = [first, ...others].find(one => one?.shippingStep?.shipTo) ?? first;
  const shipTo = toAddress(instruction);
  const { payments = [] } = wire.paymentSummary ?? {};
  const contest = contestedBy(payments);
  const { cancelState = 'NONE_REQUESTED' } = wire.cancelStatus ?? {};
  const { ofOrder, ofLines } = readRefunds(
    wire.paymentSummary?.refunds,
    wire.lineItems.map(({ refunds }) => refunds),
  );
  return {
    orderId: wire.orderId,
    ...(wire.creationDate ? { createdAt: wire.creationDate } : {}),
    money: moneyOf(wire.orderPaymentStatus, payments),
    paymentStatus: wire.orderPaymentStatus,
    ...(contest ? { contestedBy: contest } : {}),
    cancellation: cancellationOf(cancelState),
    cancelState,
    sender: senderOf(instruction?.fulfillmentInstructionsType, wire.program),
    instructions: instruction?.fulfillmentInstructionsType ?? 'SHIP_TO',
    fulfillmentStatus: wire.orderFulfillmentStatus ?? 'NOT_STARTED',
    ...(shipTo ? { shipTo } : {}),
    ...(lacksReference(instruction) ? { referenceMissing: true } : {}),
    buyer: wire.buyer?.username ?? '',
    ...(wire.totalMarketplaceFee ? { marketplaceFee: wire.totalMarketplaceFee } : {}),
    lines: wire.lineItems.map((line, index) => toLine(line, ofLines[index])),
    refunds: ofOrder,
  };
}

export const orderSchema = readAs(wireOrder, toOrder);

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
    total: salePrice(delivery ? add(cost, delivery) : cost),
    collectedTax: sum(taxes, cost.currency),
    ...(wire.lineItemFulfillmentInstructions?.shipByDate
      ? { shipBy: wire.lineItemFulfillmentInstructions.shipByDate }
      : {}),
    refunds,
  };
}
