import { type Currency, currencyOf, type Money, multiply, parseFee, parseMoney } from '../../domain/money.ts';
import { rowOf } from '../gate/checked-call.ts';
import { readAs } from '../wire/fields.ts';
import { salePrice } from '../wire/sale-price.ts';
import { type MercadoLibrePayment, toPayment } from './payment.ts';
import { type WireItem, type WireOrder, wireOrder } from './schema.ts';

export type MercadoLibreOrder = {
  orderId: string;
  createdAt?: Date;
  status: string;
  /** What that status means for the sale as a whole; its payments may contradict it. */
  sale: SaleState;
  tags: string[];
  currency: Currency;
  sellerId: string;
  shippingId?: string;
  /** Several orders of one cart share it. */
  packId?: string;
  items: MercadoLibreItem[];
  /** All attempts to pay. Most orders stay `paid` after a partial refund: only their payments show it. */
  payments: MercadoLibrePayment[];
  /** The order must not be shipped: MercadoLibre asks to cancel it. */
  fraudRisk: boolean;
};

export type MercadoLibreItem = {
  itemId: string;
  variationId?: string;
  quantity: number;
  /** For all pieces. */
  total: Money;
  /** The fee for all pieces. MercadoLibre gives the fee of one, a fraction of the price; absent where it gives none. */
  saleFee?: Money;
};

/**
 *   unpaid         not all of the money has come
 *   paid           all of it came, whatever has gone back of it since
 *   cancel asked   a cancellation is under way: the money is still to be given back, and it may still not come
 *   cancelled      over
 *   unknown        a word that we do not know
 */
type SaleState = 'unpaid' | 'paid' | 'cancel asked' | 'cancelled' | 'unknown';

export const saleStates: Readonly<Record<string, SaleState>> = {
  confirmed: 'unpaid',
  payment_required: 'unpaid',
  payment_in_process: 'unpaid',
  partially_paid: 'unpaid',
  paid: 'paid',
  partially_refunded: 'paid',
  pending_cancel: 'cancel asked',
  cancelled: 'cancelled',
  invalid: 'cancelled',
};

export function toOrder(wire: WireOrder): MercadoLibreOrder {
  const currency = currencyOf(wire.currency_id);
  return {
    orderId: wire.id,
    ...(wire.date_created ? { createdAt: wire.date_created } : {}),
    status: wire.status,
    sale: rowOf(saleStates, wire.status) ?? 'unknown',
    tags: wire.tags,
    currency,
    sellerId: wire.seller.id,
    ...(wire.shipping?.id ? { shippingId: wire.shipping.id } : {}),
    ...(wire.pack_id ? { packId: wire.pack_id } : {}),
    items: wire.order_items.map(item => toItem(inCurrency(item, currency), currency)),
    payments: wire.payments.map(payment => toPayment(payment, currency)),
    fraudRisk: wire.tags.includes('fraud_risk_detected'),
  };
}

export const orderSchema = readAs(wireOrder, toOrder);

/** Its price and its fee are bare numbers beside a currency of their own. @throws RangeError in another than the order's */
function inCurrency(item: WireItem, currency: Currency): WireItem {
  const { currency_id: own = currency } = item;
  if (own !== currency) throw new RangeError(`an item in ${own} of an order in ${currency}`);
  return item;
}

const toItem = ({ item, quantity, unit_price, sale_fee }: WireItem, currency: Currency): MercadoLibreItem => ({
  itemId: item.id,
  ...(item.variation_id ? { variationId: item.variation_id } : {}),
  quantity,
  total: salePrice(multiply(parseMoney(unit_price, currency), quantity)),
  ...(sale_fee ? { saleFee: parseFee(sale_fee, currency, quantity) } : {}),
});
