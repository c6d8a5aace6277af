import { multiply } from '../domain/money.ts';
import type { Credential } from '../store/entities/people.ts';
import type { Context } from './context.ts';
import type { MarketplaceOrder } from './marketplace.ts';
import { withToken } from './tokens.ts';

type Review = MarketplaceOrder['review'];

/** What a shipment is called once it has left. */
const onItsWay = ['shipped', 'delivered', 'not_delivered'];

/** The address lies in the shipment, which a buyer may still be choosing. */
export async function readMercadoLibreOrder(
  ctx: Context,
  credential: Credential,
  orderId: string,
): Promise<MarketplaceOrder> {
  const options = { signal: ctx.signal };
  const { mercadolibre } = ctx.providers;
  const order = await withToken(ctx, credential, token => mercadolibre.getOrder(token, orderId, options));
  const { shippingId } = order;
  const shipment = shippingId
    ? await withToken(ctx, credential, token => mercadolibre.getShipment(token, shippingId, options))
    : undefined;
  return {
    orderId: order.orderId,
    soldAt: order.createdAt,
    payment: order.paid ? 'PAID' : 'PENDING',
    rawPayment: order.status,
    cancelled: order.cancelled,
    shipped: order.tags.includes('delivered') || onItsWay.includes(shipment?.status ?? ''),
    review: reviewOf(order.fraudRisk, shipment?.logisticMode),
    shipTo: shipment?.shipTo,
    lines: order.items.map(item => ({
      // An order holds an item and variation once: together they name the line.
      lineId: item.variationId ? `${item.itemId}/${item.variationId}` : item.itemId,
      listingId: item.itemId,
      variationId: item.variationId ?? '',
      quantity: item.quantity,
      total: multiply(item.unitPrice, item.quantity),
      fee: item.saleFee && multiply(item.saleFee, item.quantity),
    })),
  };
}

function reviewOf(fraudRisk: boolean, logisticMode: string | undefined): Review {
  if (fraudRisk) return { reason: 'FRAUD_RISK', note: 'MercadoLibre suspects fraud and asks to cancel the order' };
  if (logisticMode === 'me2')
    return { reason: 'LABEL_BY_MARKETPLACE', note: "Mercado Envíos needs MercadoLibre's own label: ship it by hand" };
  return undefined;
}
