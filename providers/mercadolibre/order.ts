import { type Currency, currencyOf, type Money, parseMoney } from '../../domain/money.ts';
import type { WireItem, WireOrder } from './schema.ts';

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
  paid: boolean;
  /** Never to be shipped: MercadoLibre asks to cancel it. */
  fraudRisk: boolean;
  cancelled: boolean;
};

export type MercadoLibreItem = {
  itemId: string;
  variationId?: string;
  quantity: number;
  unitPrice: Money;
  /** MercadoLibre's fee, for one piece as well. */
  saleFee: Money;
};

const cancelledStatuses = ['cancelled', 'pending_cancel', 'invalid'];

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
    paid: wire.status === 'paid',
    fraudRisk: wire.tags.includes('fraud_risk_detected'),
    cancelled: cancelledStatuses.includes(wire.status),
  };
}

const toItem = ({ item, quantity, unit_price, sale_fee }: WireItem, currency: Currency): MercadoLibreItem => ({
  itemId: item.id,
  ...(item.variation_id ? { variationId: item.variation_id } : {}),
  quantity,
  unitPrice: parseMoney(unit_price, currency),
  saleFee: parseMoney(sale_fee, currency),
});
