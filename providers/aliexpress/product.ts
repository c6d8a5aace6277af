import type { Money } from '../../domain/money.ts';
import type { WireDelivery, WireParcel, WireProduct, WireSku } from './schema.ts';

export type Product = { productId: string; onSale: boolean; skus: Sku[] };

/** `importCharges` are added when the order is placed; absent where the price holds them already. */
export type Sku = { skuId: string; skuAttr: string; price: Money; stock: number; importCharges?: Money };

/** `code` is what an order names as its `logisticsServiceName`. */
export type FreightOffer = {
  code: string;
  company: string;
  fee: Money;
  tracked: boolean;
  minDays: number;
  maxDays: number;
};

/** One package of an order; several mean that it was split. */
export type Parcel = {
  trackingNumber: string;
  carrier: string;
  items: { productId: string; skuId: string; quantity: number }[];
  events: { at: Date; name: string; description: string }[];
};

export function toProduct(productId: string, { result }: WireProduct): Product {
  const status = result.ae_item_base_info_dto?.product_status_type ?? result.product_status_type;
  return { productId, onSale: status === 'onSelling', skus: result.ae_item_sku_info_dtos.map(toSku) };
}

const toSku = (wire: WireSku): Sku => ({
  skuId: wire.sku_id,
  skuAttr: wire.sku_attr,
  price: wire.price,
  stock: wire.sku_available_stock,
  ...(wire.importCharges ? { importCharges: wire.importCharges } : {}),
});

export const toFreightOffer = (wire: WireDelivery): FreightOffer => ({
  code: wire.code,
  company: wire.company,
  fee: wire.fee,
  tracked: wire.tracking,
  minDays: wire.min_delivery_days,
  maxDays: wire.max_delivery_days,
});

export const toParcel = (wire: WireParcel): Parcel => ({
  trackingNumber: wire.mail_no,
  carrier: wire.carrier_name,
  items: wire.package_item_list.map(({ item_id: productId, sku_id: skuId, quantity }) => ({
    productId,
    skuId,
    quantity,
  })),
  events: wire.detail_node_list.map(node => ({
    at: new Date(node.time_stamp),
    name: node.tracking_name,
    description: node.tracking_detail_desc,
  })),
});
