import { type Currency, currencyOf, type Money, parseFee, parseMoney } from '../../domain/money.ts';
import type { WireItem, WireOrder, WirePayment } from './schema.ts';

export type MercadoLibreOrder = {
  orderId: string;
  createdAt?: Date;
  status: string;
  tags: string[];
  currency: Currency;
  sellerId: string;
  shippingId?: string;
  /** Several orders of one cart share it. */
  packId?: string;
  items: MercadoLibreItem[];
  /** All of it came, whatever has gone back of it since. */
  paid: boolean;
  /** Those whose money came. MercadoLibre leaves most orders `paid` when a part goes back: only their payments tell. */
  payments: MercadoLibrePayment[];
  /** Never to be shipped: MercadoLibre asks to cancel it. */
  fraudRisk: boolean;
  cancelled: boolean;
  /** A cancellation that is under way: it may still not come. */
  cancelAsked: boolean;
};

export type MercadoLibrePayment = { amount: Money; refunded: Money };

export type MercadoLibreItem = {
  itemId: string;
  variationId?: string;
  quantity: number;
  unitPrice: Money;
  /** MercadoLibre's fee for all pieces: it tells one piece's, a share of the price with a fraction. */
  saleFee: Money;
};

const paidStatuses = ['paid', 'partially_refunded'];
const cancelledStatuses = ['cancelled', 'invalid'];
const broughtNothing = ['pending', 'in_process', 'authorized', 'rejected', 'cancelled'];

export function toOrder(wire: WireOrder): MercadoLibreOrder {
  const currency = currencyOf(wire.currency_id);
  return {
    orderId: wire.id,
    ...(wire.date_created ? { createdAt: wire.date_created } : {}),
    status: wire.status,
    tags: wire.tags,
    currency,
    sellerId: wire.seller.id,
    ...(wire.shipping?.id ? { shippingId: wire.shipping.id } : {}),
    ...(wire.pack_id ? { packId: wire.pack_id } : {}),
    items: wire.order_items.map(item => toItem(item, currency)),
    paid: paidStatuses.includes(wire.status),
    payments: wire.payments
      .filter(({ status }) => !broughtNothing.includes(status ?? ''))
      .map(payment => toPayment(payment, wire.currency_id)),
    fraudRisk: wire.tags.includes('fraud_risk_detected'),
    cancelled: cancelledStatuses.includes(wire.status),
    cancelAsked: wire.status === 'pending_cancel',
  };
}

const toItem = ({ item, quantity, unit_price, sale_fee }: WireItem, currency: Currency): MercadoLibreItem => ({
  itemId: item.id,
  ...(item.variation_id ? { variationId: item.variation_id } : {}),
  quantity,
  unitPrice: parseMoney(unit_price, currency),
  saleFee: parseFee(sale_fee, currency, quantity),
});

const toPayment = (wire: WirePayment, currency: string): MercadoLibrePayment => ({
  amount: parseMoney(wire.transaction_amount ?? '0', wire.currency_id ?? currency),
  refunded: parseMoney(wire.transaction_amount_refunded ?? '0', wire.currency_id ?? currency),
});
