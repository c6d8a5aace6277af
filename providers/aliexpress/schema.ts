import Joi from 'joi';
import { type Money, parseMoney } from '../../domain/money.ts';
import { decimalText, idText, moneyField, open } from '../fields.ts';
import { listOf } from './envelope.ts';

/** What AliExpress sends, as far as we read it. The values of a field may be empty where they do not apply. */
const text = Joi.string();
const count = Joi.number().integer();
const amount = moneyField('amount', 'currency_code');
const optionalDecimal = decimalText.empty(['', null]);

export type WireToken = {
  access_token: string;
  refresh_token?: string;
  expires_in: number;
  refresh_expires_in: number;
  account_id?: string;
  user_id?: string;
  account?: string;
  user_nick?: string;
};
export const token = open<WireToken>({
  access_token: text.required(),
  refresh_token: text.empty(''),
  expires_in: count.required(),
  refresh_expires_in: count.required(),
  account_id: idText.empty(''),
  user_id: idText.empty(''),
  account: text.empty(''),
  user_nick: text.empty(''),
}).or('account_id', 'user_id');

export type WireSku = {
  sku_id: string;
  sku_attr: string;
  price: Money;
  sku_available_stock: number;
  importCharges?: Money;
};
type PricedSku = WireSku & {
  offer_sale_price?: string;
  sku_price?: string;
  estimated_import_charges?: string;
  currency_code: string;
};
export const sku = open<PricedSku>({
  sku_id: idText.required(),
  sku_attr: text.allow('').default(''),
  offer_sale_price: optionalDecimal,
  sku_price: optionalDecimal,
  sku_available_stock: count.required(),
  estimated_import_charges: optionalDecimal,
  currency_code: text.required(),
})
  .or('offer_sale_price', 'sku_price')
  .custom((wire: PricedSku): WireSku => {
    // The currency is the one that the answer names: the one asked for is ignored now and then.
    const { offer_sale_price, sku_price = '', estimated_import_charges: charges, currency_code } = wire;
    const importCharges = charges === undefined ? {} : { importCharges: parseMoney(charges, currency_code) };
    return { ...wire, price: parseMoney(offer_sale_price ?? sku_price, currency_code), ...importCharges };
  });

type Status = { product_status_type: string };
export type WireProduct = {
  result: Partial<Status> & { ae_item_base_info_dto?: Status; ae_item_sku_info_dtos: WireSku[] };
};
export const product = open<WireProduct>({
  result: open<WireProduct['result']>({
    product_status_type: text,
    ae_item_base_info_dto: open<Status>({ product_status_type: text.required() }),
    ae_item_sku_info_dtos: listOf(sku).required(),
  })
    .or('product_status_type', 'ae_item_base_info_dto')
    .required(),
});

export type WireDelivery = {
  code: string;
  company: string;
  fee: Money;
  tracking: boolean;
  min_delivery_days: number;
  max_delivery_days: number;
};
type PricedDelivery = WireDelivery & {
  shipping_fee_cent?: string;
  shipping_fee_currency: string;
  free_shipping: boolean;
};
export const delivery = open<PricedDelivery>({
  code: text.required(),
  company: text.allow('').default(''),
  shipping_fee_cent: optionalDecimal, // in major units, despite its name
  shipping_fee_currency: text.empty('').default('USD'),
  free_shipping: Joi.boolean().default(false),
  tracking: Joi.boolean().default(false),
  min_delivery_days: count.required(),
  max_delivery_days: count.required(),
}).custom((wire: PricedDelivery): WireDelivery => {
  const fee = wire.shipping_fee_cent ?? (wire.free_shipping ? '0' : '');
  return { ...wire, fee: parseMoney(fee, wire.shipping_fee_currency) };
});

export type WireFreight = {
  result: { success: boolean; code?: string; msg?: string; delivery_options: WireDelivery[] };
};
export const freight = open<WireFreight>({
  result: open({
    success: Joi.boolean().required(),
    code: idText.empty(''),
    msg: text.allow(''),
    delivery_options: listOf(delivery).default([]),
  }).required(),
});

export type WirePlaced = {
  result: { is_success: boolean; order_list: string[]; error_code?: string; error_msg?: string };
};
export const placed = open<WirePlaced>({
  result: open({
    is_success: Joi.boolean().required(),
    order_list: listOf(idText).default([]),
    error_code: idText.empty(['', null]),
    error_msg: text.empty(['', null]),
  }).required(),
});

export type WireChild = { actual_fee?: Money; end_reason?: string };
export type WireSupplierOrder = {
  result: {
    order_status: string;
    logistics_status?: string;
    gmt_create?: string;
    order_paidtime_string?: string;
    pay_timeout_second?: number;
    child_order_list: WireChild[];
  };
};
const child = open<WireChild>({ actual_fee: amount, end_reason: text.empty(['', null]) });
export const supplierOrder = open<WireSupplierOrder>({
  result: open({
    order_status: text.required(),
    logistics_status: text.empty(['', null]),
    gmt_create: text.empty(['', null]),
    order_paidtime_string: text.empty(['', null]),
    pay_timeout_second: count.min(0),
    child_order_list: listOf(child).default([]),
  }).required(),
});

export type WireNode = { time_stamp: number; tracking_name: string; tracking_detail_desc: string };
export type WirePackageItem = { item_id: string; sku_id: string; quantity: number };
export type WireParcel = {
  mail_no: string;
  carrier_name: string;
  package_item_list: WirePackageItem[];
  detail_node_list: WireNode[];
};
export type WireTracking = {
  result: { ret: boolean; code?: string; msg?: string; data: { tracking_detail_line_list: WireParcel[] } };
};
const node = open<WireNode>({
  time_stamp: count.required(),
  tracking_name: text.allow('').default(''),
  tracking_detail_desc: text.allow('').default(''),
});
const packageItem = open<WirePackageItem>({
  item_id: idText.required(),
  sku_id: idText.required(),
  quantity: count.required(),
});
const parcel = open<WireParcel>({
  mail_no: idText.required(),
  carrier_name: text.allow('').default(''),
  package_item_list: listOf(packageItem).default([]),
  detail_node_list: listOf(node).default([]),
});
export const tracking = open<WireTracking>({
  result: open({
    ret: Joi.boolean().required(),
    code: idText.empty(''),
    msg: text.allow(''),
    data: open({ tracking_detail_line_list: listOf(parcel).default([]) }).default({ tracking_detail_line_list: [] }),
  }).required(),
});

export type WireAddress = {
  result: { ret: boolean; code?: string; msg?: string; data: { children?: unknown }[] };
};
export const address = open<WireAddress>({
  result: open<WireAddress['result']>({
    ret: Joi.boolean().required(), // a text in the documentation, which Joi reads as well
    code: idText.empty(''),
    msg: text.allow(''),
    data: Joi.array()
      .items(open<{ children?: unknown }>({ children: Joi.any() }))
      .single()
      .default([]),
  }).required(),
});
