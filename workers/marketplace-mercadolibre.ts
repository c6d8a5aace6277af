import { equals, formatMoney, type Money, multiply, sum } from '../domain/money.ts';
import type { MercadoLibreOrder } from '../providers/mercadolibre/order.ts';
import type { Credential } from '../store/entities/people.ts';
import type { Context } from './context.ts';
import type { MarketplaceOrder, WentBack } from './marketplace.ts';
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
  const back = backOf(order);
  return {
    orderId: order.orderId,
    soldAt: order.createdAt,
    payment: back ? 'PARTLY_REVERSED' : order.paid ? 'PAID' : 'PENDING',
    rawPayment: order.status,
    cancelled: order.cancelled,
    cancelAsked: order.cancelAsked,
    shipped: order.tags.includes('delivered') || onItsWay.includes(shipment?.status ?? ''),
    review: reviewOf(order.fraudRisk, shipment?.logisticMode),
    shipTo: shipment?.shipTo,
    lines: order.items.map(item => ({
      // An order holds an item and variation once: together they name the line.
      lineId: item.variationId ? `${item.itemId}/${item.variationId}` : item.itemId,
      listingId: item.itemId,
      variationId: item.variationId ?? '',
      quantity: item.quantity,
      total: totalOf(item),
      fee: item.saleFee,
      back,
    })),
  };
}

const totalOf = ({ unitPrice, quantity }: MercadoLibreOrder['items'][number]): Money => multiply(unitPrice, quantity);

/**
 * The payments of an order say what of them has gone back, and not of which item. Where they are not exactly what the
 * item costs, they brought more than its price, or less: what went back may be of the rest.
 */
function backOf(order: MercadoLibreOrder): WentBack | undefined {
  const { status, currency, items, payments } = order;
  const [amounts, refunded] = [payments.map(({ amount }) => amount), payments.map(payment => payment.refunded)];
  const told = refunded.filter(({ amountMinor }) => amountMinor > 0n);
  if (!(order.paid || order.cancelAsked) || (told.length === 0 && status !== 'partially_refunded')) return undefined;
  const certain =
    told.length > 0 &&
    items.length === 1 &&
    amounts.every(amount => amount.currency === currency) &&
    equals(sum(amounts, currency), sum(items.map(totalOf), currency));
  return certain ? sum(told, currency) : { says: [status, ...told.map(formatMoney)].join(', ') };
}

function reviewOf(fraudRisk: boolean, logisticMode: string | undefined): Review {
  if (fraudRisk) return { reason: 'FRAUD_RISK', note: 'MercadoLibre suspects fraud and asks to cancel the order' };
  if (logisticMode === 'me2')
    return { reason: 'LABEL_BY_MARKETPLACE', note: "Mercado Envíos needs MercadoLibre's own label: ship it by hand" };
  return undefined;
}
