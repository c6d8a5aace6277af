import { toDecimal } from '../decimal.ts';
import { textAt } from '../shape.ts';
import type { World } from '../world.ts';
import { type DeliveryOption, deliveryOptions } from './delivery-options.ts';
import { invalid, missing } from './refusals.ts';
import { objectOf, type Request } from './request.ts';

const mandatory = ['quantity', 'shipToCountry', 'productId', 'selectedSkuId', 'language', 'locale', 'currency'];

/** `aliexpress.ds.freight.query`: camelCase inside `queryDeliveryReq`, unlike ds.order.create. */
export function queryFreight(world: World, request: Request): object {
  const query = objectOf(request, 'queryDeliveryReq');
  for (const name of mandatory) if (textAt(query, name) === undefined) throw missing(`queryDeliveryReq.${name}`);
  if (query.province !== undefined && query.provinceCode !== undefined) throw invalid('province');

  const product = world.state.aliexpress.products.get(textAt(query, 'productId')!);
  const sku = product?.skus.find(known => known.skuId === textAt(query, 'selectedSkuId'));
  if (!product || !sku) return failure('DELIVERY_INFO_EMPTY');
  const options = deliveryOptions(product, textAt(query, 'shipToCountry')!);
  if (options.length === 0 || sku.stock < Number(query.quantity))
    return failure('DELIVERY_NOT_AVAILABLE_TO_YOUR_ADDRESS');
  const currency = product.shippingCurrency ?? sku.currency;
  const documents = options.map(option => ({
    code: option.code,
    company: option.company,
    ...feeOf(option, currency),
    mayHavePFS: false,
    min_delivery_days: option.minDays,
    max_delivery_days: option.maxDays,
    guaranteed_delivery_days: '60',
    ship_from_country: 'CN',
    tracking: true,
    available_stock: String(sku.stock),
    ddpIncludeVATTax: 'false',
  }));
  return {
    result: {
      success: true,
      code: 200,
      msg: 'Call succeeds',
      delivery_options: request.list('delivery_option_d_t_o', [...documents, onlyFormatted]),
    },
  };
}

/** In major units, whatever the name says; what is free names no amount. */
const feeOf = ({ feeMinor }: DeliveryOption, currency: string): object =>
  feeMinor === 0n
    ? { free_shipping: true }
    : {
        free_shipping: false,
        shipping_fee_cent: toDecimal(feeMinor, currency),
        shipping_fee_format: `${currency} ${toDecimal(feeMinor, currency)}`,
        shipping_fee_currency: currency,
      };

/** Sellers' own ways to send it are shown with a formatted fee only. */
const onlyFormatted = {
  code: 'SELLER_SHIP',
  shipping_fee_format: '$ 3.10',
  free_shipping: false,
  min_delivery_days: 9,
  max_delivery_days: 16,
};

const failure = (message: string) => ({ result: { success: false, code: 501, msg: message } });
