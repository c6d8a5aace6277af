/**
 * Unusual shapes of real providers' answers, laid over the sandbox's own: a field is missing, null, new, or unreadable.
 * None of them lasts, so none may have a lasting effect: no order in review, and no cent booked wrongly.
 */
import type { Operation } from 'rfc6902';
import type { Dice } from './dice.ts';

export type Shape = {
  readonly provider: string;
  readonly operation: string;
  readonly kind: 'reshape';
  readonly patch: readonly Operation[];
  readonly times: number;
};

const remove = (path: string): Operation => ({ op: 'remove', path });
const replace = (path: string, value: unknown): Operation => ({ op: 'replace', path, value });
const add = (path: string, value: unknown): Operation => ({ op: 'add', path, value });

const news = { of: ['the', 'future'], since: 2027 };
const capture = '/purchase_units/0/payments/captures/0';
const bought = '/aliexpress_trade_ds_order_get_response/result';
const shipTo = '/fulfillmentStartInstructions/0/shippingStep/shipTo';
const placed = '/aliexpress_ds_order_create_response/result';
const freight = '/aliexpress_ds_freight_query_response/result/delivery_options/delivery_option_d_t_o';
const product = '/aliexpress_ds_product_get_response/result/ae_item_sku_info_dtos/ae_item_sku_info_d_t_o';

const stands: Operation = { op: 'test', path: `${bought}/order_status`, value: 'WAIT_SELLER_SEND_GOODS' };

type Row = readonly [provider: string, operation: string, ...patch: Operation[]];

export const shapes: readonly Row[] = [
  ['paypal', 'capture', remove(`${capture}/seller_receivable_breakdown`)],
  ['paypal', 'capture', replace(capture, null)],
  ['paypal', 'get-order', remove(`${capture}/seller_receivable_breakdown`)],
  ['paypal', 'get-order', add('/brand_new', news), add('/purchase_units/0/brand_new', null)],
  ['paypal', 'create-payout', remove('/batch_header')],
  ['paypal', 'get-payout', replace('/items/0', null)],
  ['paypal', 'get-payout', add('/items/0/brand_new', news)],
  [
    'paypal',
    'balances',
    add('/balances/0', { currency: 'XXX', available_balance: { value: '1', currency_code: 'XXX' } }),
  ],
  ['aliexpress', 'order-create', replace(`${placed}/order_list`, {})],
  // Only where the order is not cancelled: a cancelled line would contradict this status, and send it to a person.
  ['aliexpress', 'order-get', stands, replace(`${bought}/order_status`, 'RISK_CONTROL')],
  ['aliexpress', 'order-get', remove(`${bought}/child_order_list/aeop_child_order_info/0/actual_fee`)],
  ['aliexpress', 'order-get', replace(`${bought}/logistics_info_list`, null), add(`${bought}/brand_new`, news)],
  ['aliexpress', 'order-get', replace(`${bought}/child_order_list/aeop_child_order_info/0`, 'unreadable')],
  ['aliexpress', 'freight-query', add(`${freight}/0`, { code: 'SELLER_SHIP', shipping_fee_format: '$ 3.10' })],
  ['aliexpress', 'address-get', replace('/aliexpress_ds_address_get_response/result', 'unreadable')],
  ['aliexpress', 'product-get', add(`${product}/0`, { sku_id: null, brand_new: news })],
  ['ebay', 'get-order', replace('/lineItems/0/title', null), add('/lineItems/0/brand_new', news)],
  ['ebay', 'get-order', remove(`${shipTo}/contactAddress/stateOrProvince`), add(`${shipTo}/email`, news)],
  ['ebay', 'get-order', replace('/lineItems', 'unreadable')],
  ['mercadolibre', 'get-order', add('/brand_new', news), add('/tags/0', 'a_new_tag')],
  ['mercadolibre', 'get-order', replace('/payments', 'unreadable')],
  ['mercadolibre', 'get-shipment', add('/brand_new', news)],
];

export function drawShape(dice: Dice): Shape {
  const [provider, operation, ...patch] = dice.pick(shapes);
  return { provider, operation, kind: 'reshape', patch, times: dice.between(1, 3) };
}
