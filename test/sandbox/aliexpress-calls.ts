import { createHmac } from 'node:crypto';
import { credentials, type Json, type Reply, type TestSandbox } from './start.ts';

/** `{method, …}` signed and sent to `/sync`; what is given overrides what is computed. */
export function sync(sandbox: TestSandbox, parameters: Record<string, string>): Promise<Reply> {
  const { appKey, appSecret } = credentials.aliexpress;
  const all: Record<string, string> = {
    app_key: appKey,
    sign_method: 'sha256',
    timestamp: String(Date.now()),
    ...parameters,
  };
  const text = Object.keys(all)
    .sort()
    .map(name => name + all[name])
    .join('');
  const path = all.method?.startsWith('/') ? all.method : '';
  const sign = createHmac('sha256', appSecret)
    .update(path + text)
    .digest('hex')
    .toUpperCase();
  return sandbox.request('POST', '/aliexpress/sync', {
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
    body: new URLSearchParams({ sign, ...all }).toString(),
  });
}

export const address: Json = {
  contact_person: 'Ada Lovelace',
  full_name: 'Ada Lovelace',
  mobile_no: '5125550100',
  phone_country: '+1',
  address: '12 Sample Street',
  city: 'Austin',
  province: 'Texas',
  zip: '73301',
  country: 'US',
};

export const item: Json = {
  product_id: '1005001234567890',
  product_count: 1,
  sku_attr: '14:193#Black',
  logistics_service_name: 'CAINIAO_STANDARD',
};

/** One order to Texas; `order` replaces fields of the order, `extend` the payment. */
export function createOrder(
  sandbox: TestSandbox,
  session: string,
  order: object = {},
  extend?: object,
): Promise<Reply> {
  return sync(sandbox, {
    method: 'aliexpress.ds.order.create',
    session,
    ds_extend_request: JSON.stringify(extend ?? { payment: { pay_currency: 'USD', try_to_pay: 'true' } }),
    param_place_order_request4_open_api_d_t_o: JSON.stringify({
      out_order_id: 'road-1',
      logistics_address: address,
      product_items: [item],
      ...order,
    }),
  });
}

export const resultOf = (reply: Reply): Json => reply.json.aliexpress_ds_order_create_response.result;

/** The order numbers as they were written, not as `JSON.parse` rounds them. */
export const numbersIn = (reply: Reply): string[] => reply.text.match(/\b\d{16,}\b/g) ?? [];

export function getOrder(sandbox: TestSandbox, session: string, number: string): Promise<Reply> {
  return sync(sandbox, {
    method: 'aliexpress.trade.ds.order.get',
    session,
    single_order_query: `{"order_id":${number}}`,
  });
}
