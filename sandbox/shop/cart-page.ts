import { html } from '../../runtime/http/html.ts';
import type { Answer } from '../operation.ts';
import type { World } from '../world.ts';
import { picksOf } from './cart-lines.ts';
import { variantName } from './item-page.ts';
import { button, page, price } from './page.ts';
import type { ShopAccount } from './state.ts';

export function showCart(world: World, account: ShopAccount): Answer {
  const { layout } = account.mood;
  const picks = picksOf(world, { ...account, shipTo: undefined });
  if (picks === 'gone') return page('Cart', layout, html`<h1>Sorry, this item is no longer available</h1>`);
  if (typeof picks === 'string') return page('Cart', layout, html`<h1>Cart</h1><p role="alert">Out of stock</p>`);
  const lines = picks.map(
    ({ product, sku, count }) => html`<li data-product-id="${product.productId}" data-sku-id="${sku.skuId}">
      <b>${product.title}</b> <span class="sku">${variantName(sku)}</span>
      <span class="quantity">${count}</span> <span>${price(sku.priceMinor * BigInt(count), sku.currency)}</span></li>`,
  );
  return page(
    'Cart',
    layout,
    html`<h1>Cart</h1><ul aria-label="Cart items">${lines}</ul>
    <form method="get" action="/shop/address">${button(layout, 'Checkout', 'Go to checkout')}</form>`,
  );
}
