import { unreachable } from '../../domain/call-outcome.ts';
import type { MarketplaceOrder, ReportedRefund } from '../../domain/marketplace-order.ts';
import { equals, formatMoney, sum } from '../../domain/money.ts';
import type { MercadoLibreOrder } from '../../providers/mercadolibre/order.ts';
import type { MercadoLibrePayment } from '../../providers/mercadolibre/payment.ts';
import type { MercadoLibreShipment } from '../../providers/mercadolibre/shipment.ts';
import type { Credential } from '../../store/entities/people.ts';
import { withToken } from '../connections/fresh-token.ts';
import type { Context } from '../context/context.ts';
import { saysAbsent } from './absent-sale.ts';

/** Statuses of a shipment that has left. */
const statusesAfterLeaving = ['shipped', 'delivered', 'not_delivered'];

/** Reads an order and its shipment, which has the address; the buyer may still be choosing it. */
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
    ? await withToken(ctx, credential, token => mercadolibre.getShipment(token, shippingId, options)).catch(notThereYet)
    : undefined;
  const back = backOf(order);
  return {
    orderId: order.orderId,
    soldAt: order.createdAt,
    ...moneyOf(order, back),
    cancelled: order.sale === 'cancelled',
    cancelAsked: order.sale === 'cancel asked',
    shipped: order.tags.includes('delivered') || statusesAfterLeaving.includes(shipment?.status ?? ''),
    review: reviewOf(order, shipment),
    shipTo: shipment?.shipTo,
    lines: order.items.map(item => ({
      // An order holds an item and variation once: together they name the line.
      lineId: item.variationId ? `${item.itemId}/${item.variationId}` : item.itemId,
      listingId: item.itemId,
      variationId: item.variationId ?? '',
      quantity: item.quantity,
      total: item.total,
      fee: item.saleFee,
      shipBy: shipment?.shipBy,
      back,
    })),
  };
}

/** A shipment that does not exist yet is no failure: the order waits for its address. */
function notThereYet(error: unknown): undefined {
  if (!saysAbsent(error)) throw error;
}

/** The payments without those that brought no money, such as a first attempt that was declined. */
const paymentsWithMoney = ({ payments }: MercadoLibreOrder): MercadoLibrePayment[] =>
  payments.filter(({ standing }) => standing !== 'none');

type MoneyFacts = Pick<MarketplaceOrder, 'payment' | 'rawPayment' | 'contested'>;

/**
 * The state of the money by the order's status, corrected by its payments. A claim (`mediations`) stays listed for
 * ever, without its outcome: only the payment says whether the money is contested.
 */
function moneyOf(order: MercadoLibreOrder, back: ReportedRefund | undefined): MoneyFacts {
  const came = paymentsWithMoney(order);
  const telling = order.payments.filter(({ standing }) => !['none', 'received'].includes(standing));
  const rawPayment = [order.status, ...telling.map(({ words }) => words)].join(', ');
  const facts = (payment: MoneyFacts['payment'], contested = false) => ({ payment, rawPayment, contested });
  if (order.sale === 'unknown') return facts('UNKNOWN', true);
  if (order.sale === 'unpaid' || order.sale === 'cancelled') return facts('PENDING');
  const broughtNothing = order.payments.length > 0 && came.length === 0;
  const denied = broughtNothing || order.tags.includes('not_paid');
  if (denied || came.some(({ standing }) => standing === 'unknown')) return facts('UNKNOWN', true);
  if (came.length > 0 && came.every(({ standing }) => standing === 'gone')) return facts('REVERSED');
  const contested = came.some(({ standing }) => standing === 'contested');
  if (back) return facts('PARTLY_REVERSED', contested);
  return facts(order.sale === 'paid' ? 'PAID' : 'PENDING', contested);
}

/**
 * The payments of an order report their refunds, but not for which item. The amount is certain only for an order of one
 * item whose payments are exactly its price: otherwise the refund may belong to something else.
 */
function backOf(order: MercadoLibreOrder): ReportedRefund | undefined {
  const { status, currency, items, sale } = order;
  const payments = paymentsWithMoney(order);
  const [amounts, refunded] = [payments.map(({ amount }) => amount), payments.map(payment => payment.refunded)];
  const told = refunded.filter(({ amountMinor }) => amountMinor > 0n);
  const hasMoney = sale === 'paid' || sale === 'cancel asked';
  if (!hasMoney || (told.length === 0 && status !== 'partially_refunded')) return undefined;
  const certain =
    told.length > 0 &&
    items.length === 1 &&
    amounts.every(amount => amount.currency === currency) &&
    equals(
      sum(amounts, currency),
      sum(
        items.map(({ total }) => total),
        currency,
      ),
    );
  return certain ? sum(told, currency) : { says: [status, ...told.map(formatMoney)].join(', ') };
}

/** Why a person must look at the sale before anything is bought. */
function reviewOf(
  { fraudRisk }: MercadoLibreOrder,
  shipment: MercadoLibreShipment | undefined,
): MarketplaceOrder['review'] {
  if (fraudRisk) return { reason: 'FRAUD_RISK', note: 'MercadoLibre suspects fraud and asks to cancel the order' };
  const { sender = 'seller', logistic } = shipment ?? {};
  switch (sender) {
    case 'seller':
      return undefined;
    case 'label':
      return { reason: 'LABEL_BY_MARKETPLACE', note: "Mercado Envíos needs MercadoLibre's own label: ship it by hand" };
    case 'marketplace':
      return {
        reason: 'SHIPPED_BY_MARKETPLACE',
        note: "MercadoLibre's own warehouse (Full) packs and ships it: nothing to buy and nothing to ship",
      };
    case 'unknown':
      return {
        reason: 'UNKNOWN_STATUS',
        note: `MercadoLibre says that it is shipped as ${logistic}, which we do not know: look at the sale there`,
      };
    default:
      return unreachable(sender);
  }
}
