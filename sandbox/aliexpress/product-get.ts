import { toDecimal } from '../decimal.ts';
import { bare } from '../json.ts';
import type { World } from '../world.ts';
import type { Request } from './request.ts';
import { propertiesOf } from './sku-properties.ts';
import type { Sku } from './state.ts';

/** `aliexpress.ds.product.get`. */
export function getProduct(world: World, request: Request): object {
  const country = request.required('ship_to_country');
  const product = world.state.aliexpress.products.get(request.required('product_id'));
  if (!product) return { rsp_code: 605, rsp_msg: 'ITEM_ID_NOT_FOUND' };
  if (product.shipsTo && !product.shipsTo.includes(country))
    return { rsp_code: 604, rsp_msg: 'Item is not allowed to this country' };
  const skus = product.skus.map(sku => skuDocument(request, sku, country, product.sparse));
  return {
    result: {
      ae_item_base_info_dto: {
        product_id: bare(product.productId),
        subject: product.title,
        product_status_type: product.onSale ? 'onSelling' : 'offline',
        currency_code: product.skus[0]!.currency,
      },
      ae_item_sku_info_dtos: request.list('ae_item_sku_info_d_t_o', skus),
      ae_store_info: { store_id: 1101345678, store_name: 'Sandbox Store', store_country_code: 'CN' },
      logistics_info_dto: { ship_to_country: country, delivery_time: 12 },
      has_whole_sale: false,
    },
    rsp_code: 200,
    rsp_msg: 'Call succeeds',
  };
}

/** `sku_id` is a text here, and a bare number where orders and tracking show it. A sparse one has no `sku_attr`. */
function skuDocument(request: Request, sku: Sku, country: string, sparse: boolean): object {
  const price = toDecimal(sku.priceMinor, sku.currency);
  const charges =
    country === 'US' && sku.importChargesMinor > 0n ? toDecimal(sku.importChargesMinor, sku.currency) : '';
  const properties = propertiesOf(sku.skuAttr).map(({ propertyId, valueId, called }) => ({
    sku_property_id: bare(propertyId),
    property_value_id: bare(valueId),
    ...(called === undefined ? {} : { property_value_definition_name: called }),
  }));
  return {
    sku_id: sku.skuId,
    ...(sparse ? {} : { id: sku.skuAttr, sku_attr: sku.skuAttr }),
    ...(properties.length > 0 ? { ae_sku_property_dtos: request.list('ae_sku_property_d_t_o', properties) } : {}),
    sku_price: price,
    offer_sale_price: price,
    offer_bulk_sale_price: price,
    sku_available_stock: sku.stock,
    currency_code: sku.currency,
    price_include_tax: false,
    tax_amount: '0',
    estimated_import_charges: charges,
  };
}
