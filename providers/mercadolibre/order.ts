import type { Address } from '../../domain/address.ts';
import { type Currency, currencyOf, type Money, parseMoney } from '../../domain/money.ts';
import type { WireItem, WireOrder, WireShipment } from './schema.ts';

export type MercadoLibreOrder = {
  orderId: string;
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

/** Only `me1`, `custom` and `not_specified` let us ship: `me2` wants MercadoLibre's own label. */
export type MercadoLibreShipment = { id: string; status: string; logisticMode: string; shipTo?: Address };

const cancelledStatuses = ['cancelled', 'pending_cancel', 'invalid'];

export function toOrder(wire: WireOrder): MercadoLibreOrder {
  const currency = currencyOf(wire.currency_id);
  return {
    orderId: wire.id,
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

export function toShipment(wire: WireShipment): MercadoLibreShipment {
  const shipTo = toAddress(wire);
  return { id: wire.id, status: wire.status, logisticMode: wire.logistic.mode, ...(shipTo ? { shipTo } : {}) };
}

/** An address that a parcel could not be sent to is none: some modes hide the buyer. */
function toAddress({ destination }: WireShipment): Address | undefined {
  const { receiver_name: fullName, receiver_phone: phone, shipping_address: place = {} } = destination ?? {};
  const street = [place.street_name, place.street_number].filter(Boolean).join(' ');
  const line1 = place.address_line ?? street;
  const [city, country] = [place.city?.name, place.country?.id];
  if (!fullName || !line1 || !city || !country) return undefined;
  return {
    fullName,
    line1,
    ...(place.comment ? { line2: place.comment } : {}),
    city,
    region: place.state?.name ?? '',
    postalCode: place.zip_code ?? '',
    country,
    ...(phone && /\d{6}/.test(phone.replace(/\D/g, '')) ? { phone } : {}), // hidden ones read `XXXXXXX`
  };
}
