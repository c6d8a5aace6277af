/**
 * What AliExpress sends, as far as we read it. Fields that do not apply come absent, null or empty; a single element of
 * a list comes without its brackets.
 */
import Joi from 'joi';
import { type Money, parseMoney } from '../../domain/money.ts';
import { harmless, idText, maybe, open } from '../wire/fields.ts';
import { choiceIn, harmlessListOf, listOf } from './envelope.ts';
import { variantIn } from './variant.ts';

const text = Joi.string();
const count = Joi.number().integer();

/** A price as text or as a bare number; none is below zero. */
const price = Joi.alternatives(Joi.string().pattern(/^\d+(\.\d+)?$/), count.strict().min(0)).custom(String);

export type WireToken = {
  access_token: string;
  refresh_token?: string;
  expires_in?: number;
  expire_time?: number;
  refresh_expires_in?: number;
  refresh_token_valid_time?: number;
  account_id?: string;
  user_id?: string;
  account?: string;
  user_nick?: string;
};
export const token = open<WireToken>({
  access_token: text.required(),
  refresh_token: maybe(text),
  expires_in: maybe(count.min(0)),
  expire_time: maybe(count.min(0)),
  refresh_expires_in: maybe(count.min(0)),
  refresh_token_valid_time: maybe(count.min(0)),
  account_id: maybe(idText),
  user_id: maybe(idText),
  account: harmless(text),
  user_nick: harmless(text),
}).or('expires_in', 'expire_time');

/** `skuAttr`: the name of the variant in an order. */
export type WireSku = {
  sku_id: string;
  skuAttr: string;
  price: Money;
  sku_available_stock: number;
  importCharges?: Money;
};
type PricedSku = Omit<WireSku, 'skuAttr'> & {
  offer_sale_price?: string;
  sku_price?: string;
  estimated_import_charges?: string;
  currency_code: string;
};
const sku = open<PricedSku>({
  sku_id: idText.required(),
  offer_sale_price: maybe(price),
  sku_price: maybe(price),
  sku_available_stock: count.min(0).required(),
  estimated_import_charges: maybe(price),
  currency_code: text.required(),
})
  .or('offer_sale_price', 'sku_price')
  .custom((wire: PricedSku) => {
    // The currency is the one that the answer names: the one asked for is ignored now and then.
    const { offer_sale_price, sku_price = '', estimated_import_charges: charges, currency_code } = wire;
    const importCharges = charges === undefined ? {} : { importCharges: parseMoney(charges, currency_code) };
    return { ...wire, price: parseMoney(offer_sale_price ?? sku_price, currency_code), ...importCharges };
  });

/** Where it is missing, the answer to an order will say whether the product is for sale. */
const saleStatus = maybe(text.valid('onSelling', 'offline', 'auditing', 'editingRequired', 'service_delete'));
type Status = { product_status_type?: string };
/** `variant`: the one that is wanted; absent when the product has no such variant. */
export type WireProduct = {
  result: Status & { ae_item_base_info_dto?: Status; variant?: WireSku };
};
/** Of the variants only `skuId` need be readable. */
export const productWith = (skuId: string) =>
  open<WireProduct>({
    result: open<WireProduct['result'] & { ae_item_sku_info_dtos: unknown }>({
      product_status_type: saleStatus,
      ae_item_base_info_dto: maybe(open<Status>({ product_status_type: saleStatus })),
      ae_item_sku_info_dtos: Joi.any().required(),
    })
      .custom(wire => ({ ...wire, variant: variantIn(wire.ae_item_sku_info_dtos, skuId, sku) }))
      .required(),
  });

export type WireDelivery = {
  code: string;
  fee: Money;
  tracking: boolean;
};
type PricedDelivery = WireDelivery & {
  shipping_fee_cent?: string;
  shipping_fee_currency?: string;
  free_shipping: boolean;
};
const delivery = open<PricedDelivery>({
  code: text.required(),
  shipping_fee_cent: maybe(price), // in major units, despite its name
  shipping_fee_currency: maybe(text),
  free_shipping: maybe(Joi.boolean()).default(false),
  tracking: harmless(Joi.boolean()).default(false),
}).custom(({ shipping_fee_cent: fee, shipping_fee_currency: currency, ...wire }: PricedDelivery): WireDelivery => {
  // What is free may come without an amount. A fee that comes only as formatted text cannot be trusted.
  if (fee === undefined && wire.free_shipping) return { ...wire, fee: parseMoney('0', currency ?? 'USD') };
  if (fee === undefined || currency === undefined) throw new RangeError('no fee');
  return { ...wire, fee: parseMoney(fee, currency) };
});

type WireFreight = {
  result: { success: boolean; code?: string; msg: string; delivery_options: WireDelivery[] };
};
export const freight = open<WireFreight>({
  result: open<WireFreight['result']>({
    success: Joi.boolean().required(),
    code: harmless(idText),
    msg: harmless(text).default(''),
    delivery_options: Joi.any().when('success', { is: false, otherwise: choiceIn(delivery).required() }),
  }).required(),
});

/** An order number of AliExpress: sixteen digits and more, as text or as a bare number. */
const orderNumber = Joi.alternatives(text.pattern(/^[1-9]\d*$/), count.strict().positive()).custom(String);

type WirePlaced = {
  result: { is_success: boolean; order_list: string[]; error_code?: string; error_msg?: string };
};
export const placed = open<WirePlaced>({
  result: open<WirePlaced['result']>({
    is_success: Joi.boolean().required(),
    order_list: listOf(orderNumber).default([]),
    error_code: maybe(idText),
    // Any text: beside a success it means that the order is not paid.
    error_msg: maybe(Joi.any()).custom(said => (typeof said === 'string' ? said : JSON.stringify(said))),
  }).required(),
});

type Told = { amount: string; currency_code: string };
/** An amount that may be left out: absent, null, `{}`, or an object without its number. */
const maybeAmount = open<Told>({ amount: price.required(), currency_code: text.required() })
  .empty(Joi.alternatives(Joi.valid(null, ''), open({ amount: Joi.valid(null, '') })))
  .custom(({ amount, currency_code: currency }: Told) => parseMoney(amount, currency));

type WireChild = { actual_fee?: Money; end_reason?: string };
export type WireSupplierOrder = {
  result: {
    order_status: string;
    logistics_status?: string;
    gmt_create?: string;
    order_paidtime_string?: unknown;
    pay_timeout_second?: number;
    order_amount?: Money;
    user_order_amount?: Money;
    child_order_list: WireChild[];
  };
};
/** A line is recognised by one of its fields. An element without any is unreadable: its content would be overlooked. */
const child = open<WireChild>({ actual_fee: maybeAmount, end_reason: maybe(text) }).or(
  ...(['product_id', 'sku_id', 'product_count', 'product_price', 'actual_fee', 'end_reason'] as const),
);
export const supplierOrder = open<WireSupplierOrder>({
  result: open<WireSupplierOrder['result']>({
    order_status: text.required(),
    logistics_status: maybe(text),
    gmt_create: harmless(text),
    order_paidtime_string: maybe(Joi.alternatives(text, count.positive())), // its presence is enough
    pay_timeout_second: harmless(count.min(0)),
    order_amount: maybeAmount,
    user_order_amount: maybeAmount,
    child_order_list: listOf(child).default([]),
  }).required(),
});

type WireNode = { time_stamp: number; tracking_name: string; tracking_detail_desc: string };
type WirePackageItem = { quantity: number };
export type WireParcel = {
  mail_no?: string;
  carrier_name?: string;
  package_item_list?: WirePackageItem[];
  detail_node_list?: WireNode[];
};
type WireTracking = {
  result: { ret: boolean; code?: string; msg: string; data: { tracking_detail_line_list: WireParcel[] } };
};
const node = open<WireNode>({
  time_stamp: count.required(),
  tracking_name: harmless(text).default(''),
  tracking_detail_desc: harmless(text).default(''),
});
const packageItem = open<WirePackageItem>({ quantity: count.min(0).required() });
const parcel = open<WireParcel>({
  mail_no: maybe(Joi.alternatives(text, count.strict().positive()).custom(String)),
  carrier_name: harmless(text),
  package_item_list: listOf(packageItem),
  detail_node_list: harmlessListOf(node),
}).or('mail_no', 'carrier_name', 'package_item_list', 'detail_node_list');
const parcels = open({ tracking_detail_line_list: listOf(parcel).default([]) });
export const tracking = open<WireTracking>({
  result: open<WireTracking['result']>({
    ret: Joi.boolean().required(),
    code: harmless(idText),
    msg: harmless(text).default(''),
    data: Joi.any().when('ret', {
      is: false,
      otherwise: maybe(parcels).default({ tracking_detail_line_list: [] }),
    }),
  }).required(),
});

/** An order can do without the names of places: see `toProvinces`. */
type WireAddress = { result: { ret?: boolean; data?: unknown } };
export const address = open<WireAddress>({
  result: open<WireAddress['result']>({
    ret: harmless(Joi.boolean()), // a text in the documentation, which Joi reads as well
    data: Joi.any(),
  }).required(),
});
