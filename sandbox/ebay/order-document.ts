import { toDecimal } from '../decimal.ts';
import type { EbayDelivery, EbayHold, EbayLine, EbayOrder, EbayRefund } from './state.ts';

/** An order of the Sell Fulfillment API. Amounts are texts. */
export function orderDocument(order: EbayOrder): object {
  const moneyIn = (minor: bigint, currency: string) => ({ value: toDecimal(minor, currency), currency });
  const money = (minor: bigint) => moneyIn(minor, order.currency);
  const sum = (pick: (line: EbayLine) => bigint) => order.lines.reduce((total, line) => total + pick(line), 0n);
  const total = sum(line => line.totalMinor);
  const delivery = sum(line => line.deliveryMinor);
  const tax = sum(line => line.collectedTaxMinor);
  const collectedTax = ({ collectedTaxMinor }: EbayLine) => {
    const amount = money(collectedTaxMinor);
    if (collectedTaxMinor === 0n) return {};
    const taxType = 'STATE_SALES_TAX';
    return { taxes: [{ amount, taxType }], ebayCollectAndRemitTaxes: [{ amount, taxType, collectionMethod: 'NET' }] };
  };
  // The date comes with the money; the status is told with the order only.
  const refund = ({ refundId, status, date }: EbayRefund, amountMinor: bigint) => ({
    refundId,
    amount: money(amountMinor),
    ...(status === 'REFUNDED' ? { refundDate: date } : {}),
  });
  // A refund of a line is told there as what the buyer got, and with the order as what it cost the seller: eBay gives
  // its fee back for it.
  const costOf = ({ lineItemId, amountMinor }: EbayRefund) =>
    lineItemId === undefined || total === 0n
      ? amountMinor
      : amountMinor - (amountMinor * order.marketplaceFeeMinor) / total;
  return {
    orderId: order.orderId,
    creationDate: order.createdAt,
    lastModifiedDate: order.modifiedAt,
    orderFulfillmentStatus: fulfillmentStatus(order),
    orderPaymentStatus: order.paymentStatus,
    sellerId: order.accountId,
    buyer: { username: order.buyer },
    // The tax that eBay collects and remits is in every total, though the seller never has it.
    pricingSummary: {
      priceSubtotal: money(total - delivery),
      deliveryCost: money(delivery),
      ...(tax > 0n ? { tax: money(tax) } : {}),
      total: money(total + tax),
    },
    cancelStatus: { cancelState: order.cancelState, cancelRequests: [] },
    paymentSummary: {
      totalDueSeller: money(total + tax - order.marketplaceFeeMinor),
      refunds: order.refunds.map(one => ({ ...refund(one, costOf(one)), refundStatus: one.status })),
      payments: [
        {
          paymentMethod: 'EBAY',
          paymentDate: order.createdAt,
          amount: money(total + tax),
          paymentStatus: ['PENDING', 'FAILED'].includes(order.paymentStatus) ? order.paymentStatus : 'PAID',
          ...(order.holds.length > 0 ? { paymentHolds: order.holds.map(one => holdDocument(one, money(total))) } : {}),
        },
      ],
    },
    fulfillmentStartInstructions: [shippingInstructions(order)],
    lineItems: order.lines.map(line => ({
      lineItemId: line.lineItemId,
      legacyItemId: line.legacyItemId,
      ...(line.variationId === undefined ? {} : { legacyVariationId: line.variationId }),
      ...(line.sku === undefined ? {} : { sku: line.sku }),
      title: line.title,
      quantity: line.quantity,
      lineItemCost: money(line.totalMinor - line.deliveryMinor),
      deliveryCost: { shippingCost: money(line.deliveryMinor) },
      ...collectedTax(line),
      refunds: order.refunds
        .filter(({ lineItemId }) => lineItemId === line.lineItemId)
        .map(one => refund(one, one.amountMinor)),
      total: money(line.totalMinor + line.collectedTaxMinor),
      soldFormat: 'FIXED_PRICE',
      listingMarketplaceId: 'EBAY_US',
      purchaseMarketplaceId: 'EBAY_US',
      lineItemFulfillmentInstructions: { shipByDate: order.shipByDate, guaranteedDelivery: false },
      lineItemFulfillmentStatus: shippedOf(order, line) >= line.quantity ? 'FULFILLED' : 'NOT_STARTED',
    })),
    ...programOf(order.delivery),
    totalMarketplaceFee: moneyIn(order.marketplaceFeeMinor, order.marketplaceFeeCurrency ?? order.currency),
    totalFeeBasisAmount: money(total),
  };
}

const shippedOf = (order: EbayOrder, line: EbayLine): number =>
  order.fulfillments
    .flatMap(fulfillment => fulfillment.lineItems)
    .filter(item => item.lineItemId === line.lineItemId)
    .reduce((sum, item) => sum + item.quantity, 0);

function fulfillmentStatus(order: EbayOrder): string {
  if (order.fulfillments.length === 0) return 'NOT_STARTED';
  return order.lines.every(line => shippedOf(order, line) >= line.quantity) ? 'FULFILLED' : 'IN_PROGRESS';
}

const holdDocument = ({ reason, state }: EbayHold, holdAmount: object): object => ({
  holdAmount,
  holdReason: reason,
  holdState: state,
});

function programOf({ fulfilledBy, labelBy }: EbayDelivery): object {
  if (!fulfilledBy && !labelBy) return {};
  return {
    program: {
      ...(fulfilledBy ? { fulfillmentProgram: { fulfilledBy } } : {}),
      ...(labelBy ? { ebayShipping: { shippingLabelProvidedBy: labelBy } } : {}),
    },
  };
}

function shippingInstructions({ shipTo, forwarded, delivery }: EbayOrder): object {
  const instructions = {
    fulfillmentInstructionsType: delivery.instructions ?? 'SHIP_TO',
    // Told when it is so, and then only.
    ...(forwarded ? { ebaySupportedFulfillment: true, finalDestinationAddress } : {}),
  };
  if (!shipTo) return { ...instructions, shippingStep: { shippingServiceCode: 'USPSPriority' } };
  const { labelReference, fullName, company, phone, email } = shipTo;
  return {
    ...instructions,
    shippingStep: {
      shippingServiceCode: 'USPSPriority',
      ...(labelReference ? { shipToReferenceId: labelReference } : {}),
      shipTo: {
        fullName,
        ...(company ? { companyName: company } : {}),
        contactAddress: {
          addressLine1: shipTo.line1,
          ...(shipTo.line2 ? { addressLine2: shipTo.line2 } : {}),
          city: shipTo.city,
          ...(shipTo.region ? { stateOrProvince: shipTo.region } : {}),
          ...(shipTo.postalCode ? { postalCode: shipTo.postalCode } : {}),
          countryCode: shipTo.country,
        },
        ...(phone ? { primaryPhone: { phoneNumber: phone } } : {}),
        ...(email ? { email } : {}),
      },
    },
  };
}

/** Where the hub sends it. */
const finalDestinationAddress = {
  addressLine1: '5 Rue Exemple',
  city: 'Lyon',
  postalCode: '69001',
  countryCode: 'FR',
};
