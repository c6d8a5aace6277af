import { split } from '../domain/money.ts';
import type { Credential } from '../store/entities/people.ts';
import type { Context } from './context.ts';
import type { MarketplaceOrder } from './marketplace.ts';
import { withToken } from './tokens.ts';

/** eBay charges its fee per order: it is spread over the lines by what each costs. */
export async function readEbayOrder(ctx: Context, credential: Credential, orderId: string): Promise<MarketplaceOrder> {
  const order = await withToken(ctx, credential, token =>
    ctx.providers.ebay.getOrder(token, orderId, { signal: ctx.signal }),
  );
  const weights = order.lines.map(line => line.total.amountMinor);
  const fees = order.marketplaceFee && order.lines.length > 0 ? split(order.marketplaceFee, weights) : [];
  return {
    orderId: order.orderId,
    soldAt: order.createdAt,
    payment: paymentOf(order.paymentStatus),
    rawPayment: order.paymentStatus,
    cancelled: order.cancelState === 'CANCELED',
    cancelAsked: order.cancelState !== 'CANCELED' && order.cancelState !== 'NONE_REQUESTED',
    shipped: order.fulfillmentStatus !== 'NOT_STARTED',
    review: undefined,
    shipTo: order.shipTo,
    ...(order.buyer ? { buyer: order.buyer } : {}),
    lines: order.lines.map((line, index) => ({
      lineId: line.lineItemId,
      listingId: line.legacyItemId,
      variationId: line.variationId ?? '',
      quantity: line.quantity,
      total: line.total,
      collectedTax: line.collectedTax,
      fee: fees[index],
    })),
  };
}

function paymentOf(status: string): MarketplaceOrder['payment'] {
  if (status === 'PAID') return 'PAID';
  if (status === 'PARTIALLY_REFUNDED') return 'PARTLY_REVERSED';
  return status === 'FULLY_REFUNDED' ? 'REVERSED' : 'PENDING';
}
