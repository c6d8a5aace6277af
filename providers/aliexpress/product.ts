import type { Money } from '../../domain/money.ts';
import type { WireDelivery, WireParcel, WireProduct, WireSku } from './schema.ts';

/** A product with the one variant that is wanted; without a variant when it has no such variant (any more). */
export type Product = { productId: string; onSale: boolean; sku?: Sku };

/**
 * `skuAttr` names the variant in an order. `importCharges` are added when the order is placed; absent where the price
 * includes them.
 */
export type Sku = { skuId: string; skuAttr: string; price: Money; stock: number; importCharges?: Money };

/** `code` is the `logisticsServiceName` of an order. */
export type FreightOffer = { code: string; fee: Money; tracked: boolean };

/** One package of an order; several mean that it was split. Without a number it has not been handed over yet. */
export type Parcel = {
  trackingNumber: string;
  carrier: string;
  items: { quantity: number }[];
  events: { at: Date; name: string; description: string }[];
};

export function toProduct(productId: string, { result }: WireProduct): Product {
  const status = result.ae_item_base_info_dto?.product_status_type ?? result.product_status_type;
  const { variant } = result;
  return {
    productId,
    onSale: status === undefined || status === 'onSelling',
    ...(variant ? { sku: toSku(variant) } : {}),
  };
}

const toSku = (wire: WireSku): Sku => ({
  skuId: wire.sku_id,
  skuAttr: wire.skuAttr,
  price: wire.price,
  stock: wire.sku_available_stock,
  ...(wire.importCharges ? { importCharges: wire.importCharges } : {}),
});

export const toFreightOffer = ({ code, fee, tracking: tracked }: WireDelivery): FreightOffer => ({
  code,
  fee,
  tracked,
});

export const toParcel = (wire: WireParcel): Parcel => ({
  trackingNumber: wire.mail_no ?? '',
  carrier: wire.carrier_name ?? '',
  items: (wire.package_item_list ?? []).map(({ quantity }) => ({ quantity })),
  events: (wire.detail_node_list ?? []).map(node => ({
    at: new Date(node.time_stamp),
    name: node.tracking_name,
    description: node.tracking_detail_desc,
  })),
});
