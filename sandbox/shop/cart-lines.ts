import { type DeliveryOption, deliveryOptions } from '../aliexpress/delivery-options.ts';
import type { Pick } from '../aliexpress/placement.ts';
import type { World } from '../world.ts';
import type { ShopAccount } from './state.ts';

/** What the cart holds, found on the shelf; or why it cannot be had. */
export function picksOf(world: World, account: ShopAccount): readonly Pick[] | 'gone' | 'out-of-stock' | 'not-shipped' {
  const picks: Pick[] = [];
  for (const { productId, skuId, count } of account.cart) {
    const product = world.state.aliexpress.products.get(productId);
    const sku = product?.skus.find(known => known.skuId === skuId);
    if (!product?.onSale || !sku) return 'gone';
    if (sku.stock < count) return 'out-of-stock';
    const [option] = account.shipTo ? deliveryOptions(product, account.shipTo.country) : [anywhere];
    if (!option) return 'not-shipped';
    picks.push({ product, sku, count, option });
  }
  return picks;
}

/** Before an address is known. */
const anywhere: DeliveryOption = {
  code: 'CAINIAO_STANDARD',
  company: 'AliExpress standard shipping',
  feeMinor: 0n,
  actualFeeMinor: 0n,
  minDays: 9,
  maxDays: 16,
};
