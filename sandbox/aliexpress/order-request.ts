import { isShape, listAt, type Shape, shapeAt, textAt } from '../shape.ts';
import { invalid, missing } from './refusals.ts';
import { objectOf, type Request } from './request.ts';

export type OrderRequest = {
  readonly outOrderId: string | undefined;
  readonly address: Shape;
  readonly country: string;
  readonly items: readonly {
    readonly productId: string;
    readonly count: number;
    readonly skuAttr: string;
    readonly logisticsServiceName: string | undefined;
  }[];
  readonly tryToPay: boolean;
  readonly payCurrency: string | undefined;
  readonly natAddr: string | undefined;
};

/** Reads the two JSON parameters of ds.order.create. Keys in camelCase are not seen at all. @throws Refusal */
export function readOrderRequest(request: Request): OrderRequest {
  const order = objectOf(request, 'param_place_order_request4_open_api_d_t_o');
  const extend = request.optional('ds_extend_request') === undefined ? {} : objectOf(request, 'ds_extend_request');
  const address = order.logistics_address;
  if (!isShape(address)) throw missing('logistics_address');
  for (const name of ['address', 'city', 'country', 'province'])
    if (!textAt(address, name)) throw missing(`logistics_address.${name}`);
  const items = listAt(order, 'product_items');
  if (items.length === 0) throw missing('product_items');
  const country = textAt(address, 'country')!;
  return {
    outOrderId: textAt(order, 'out_order_id'),
    address,
    country: country === 'UK' ? 'GB' : country,
    items: items.map(readItem),
    tryToPay: textOrBoolean(shapeAt(extend, 'payment').try_to_pay) === 'true',
    payCurrency: textAt(shapeAt(extend, 'payment'), 'pay_currency'),
    natAddr: textAt(shapeAt(extend, 'trade_extra_param'), 'nat_addr'),
  };
}

function readItem(item: unknown): OrderRequest['items'][number] {
  if (!isShape(item)) throw invalid('product_items');
  const productId = textAt(item, 'product_id');
  const count = textAt(item, 'product_count');
  if (!productId) throw missing('product_items.product_id');
  if (!count) throw missing('product_items.product_count');
  if (!/^[1-9]\d{0,4}$/.test(count)) throw invalid('product_items.product_count');
  return {
    productId,
    count: Number(count),
    skuAttr: textAt(item, 'sku_attr') ?? '',
    logisticsServiceName: textAt(item, 'logistics_service_name'),
  };
}

const textOrBoolean = (value: unknown): string => String(value);
