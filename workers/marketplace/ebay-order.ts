import { unreachable } from '../../domain/call-outcome.ts';
import type { MarketplaceOrder, ReportedRefund } from '../../domain/marketplace-order.ts';
import { formatMoney, split, sum } from '../../domain/money.ts';
import type { EbayLine, EbayOrder } from '../../providers/ebay/order.ts';
import type { EbayRefund } from '../../providers/ebay/refunds.ts';
import type { Credential } from '../../store/entities/people.ts';
import { withToken } from '../connections/fresh-token.ts';
import type { Context } from '../context/context.ts';

/** Reads an order. eBay charges its fee per order: it is split over the lines in proportion to their prices. */
export async function readEbayOrder(ctx: Context, credential: Credential, orderId: string): Promise<MarketplaceOrder> {
  const order = await withToken(ctx, credential, token =>
    ctx.providers.ebay.getOrder(token, orderId, { signal: ctx.signal }),
  );
  const weights = order.lines.map(line => line.total.amountMinor);
  const fees = order.marketplaceFee ? split(order.marketplaceFee, weights) : [];
  const payment = paymentOf(order);
  const cancelled = order.cancellation === 'cancelled';
  return {
    orderId: order.orderId,
    soldAt: order.createdAt,
    payment,
    rawPayment: order.contestedBy ? `${order.paymentStatus}, ${order.contestedBy}` : order.paymentStatus,
    contested: !cancelled && payment !== 'REVERSED' && (payment === 'UNKNOWN' || order.contestedBy !== undefined),
    cancelled,
    cancelAsked: order.cancellation === 'asked' || order.cancellation === 'unknown',
    shipped: order.fulfillmentStatus !== 'NOT_STARTED',
    review: reviewOf(order) ?? (order.referenceMissing ? referenceMissing : undefined),
    shipTo: order.shipTo,
    ...(order.buyer ? { buyer: order.buyer } : {}),
    lines: order.lines.map((line, index) => ({
      lineId: line.lineItemId,
      listingId: line.legacyItemId,
      variationId: line.variationId ?? '',
      quantity: line.quantity,
      total: line.total,
      collectedTax: line.collectedTax,
      // The fee may be in the seller's own currency.
      fee: fees[index],
      shipBy: line.shipBy,
      back: backOf(order, line),
    })),
  };
}

const referenceMissing = {
  reason: 'LABEL_BY_MARKETPLACE',
  note: 'eBay forwards the parcel itself, and gives no reference by which its hub knows the buyer: ship it by hand',
} as const;

function paymentOf({ money, refunds, lines }: EbayOrder): MarketplaceOrder['payment'] {
  switch (money) {
    case 'none':
      return 'PENDING';
    case 'paid':
      return refunds.length > 0 || lines.some(line => line.refunds.length > 0) ? 'PARTLY_REVERSED' : 'PAID';
    case 'partly back':
      return 'PARTLY_REVERSED';
    case 'back':
      return 'REVERSED';
    case 'unknown':
      return 'UNKNOWN';
    default:
      return unreachable(money);
  }
}

const unknownWord = (word: string): MarketplaceOrder['review'] => ({
  reason: 'UNKNOWN_STATUS',
  note: `eBay says ${word}, which we do not know: look at the sale there`,
});

/** Why a person must look at the sale before anything is bought. */
function reviewOf({ cancellation, cancelState, sender, instructions }: EbayOrder): MarketplaceOrder['review'] {
  if (cancellation === 'unknown') return unknownWord(`cancelState ${cancelState}`);
  switch (sender) {
    case 'seller':
      return undefined;
    case 'label':
      return { reason: 'LABEL_BY_MARKETPLACE', note: "eBay's own label is to be on the parcel: ship it by hand" };
    case 'marketplace':
      return { reason: 'SHIPPED_BY_MARKETPLACE', note: 'eBay packs and ships it: nothing to buy and nothing to ship' };
    case 'nobody':
      return { reason: 'NOT_TO_BE_SHIPPED', note: `eBay says ${instructions}: nothing is to be sent to the buyer` };
    case 'unknown':
      return unknownWord(`fulfillmentInstructionsType ${instructions}`);
    default:
      return unreachable(sender);
  }
}

/**
 * A refund of a whole order of several lines may belong to any of them, and a refund reported both for the order and
 * for its line may be the same money. Then the amount is not certain, and a person decides.
 */
function backOf(order: EbayOrder, line: EbayLine): ReportedRefund | undefined {
  const ofOrder = order.refunds;
  const told = [...line.refunds, ...ofOrder];
  const certain = ofOrder.length === 0 || (order.lines.length === 1 && line.refunds.length === 0);
  const amounts = told.flatMap(({ state, amount }) =>
    state === 'REFUNDED' && amount?.currency === line.total.currency ? [amount] : [],
  );
  if (certain && told.length > 0 && amounts.length === told.length) return sum(amounts, line.total.currency);
  const untold =
    order.paymentStatus === 'PARTIALLY_REFUNDED' && order.lines.every(({ refunds }) => refunds.length === 0);
  if (told.length === 0 && !untold) return undefined;
  return { says: [order.paymentStatus, ...line.refunds.map(inWords), ...ofOrder.map(inWords).map(ofAll)].join(', ') };
}

const inWords = ({ state, amount }: EbayRefund): string => `${state} ${amount ? formatMoney(amount) : 'an amount'}`;
const ofAll = (text: string): string => `${text} of the whole order`;
