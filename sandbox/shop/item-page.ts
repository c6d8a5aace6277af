import { type Html, html } from '../../runtime/http/html.ts';
import type { Product, Sku } from '../aliexpress/state.ts';
import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { button, page, price, redirect } from './page.ts';
import type { ShopAccount } from './state.ts';

/** `14:173#Blue;200:29#EU` is shown as `Blue / EU`. */
export const variantName = ({ skuAttr }: Sku): string =>
  skuAttr
    .split(';')
    .map(part => part.split('#')[1] ?? part)
    .join(' / ') || 'Standard';

const gone = (layout: ShopAccount['mood']['layout']): Answer =>
  page('Not found', layout, html`<h1>Sorry, this item is no longer available</h1>`);

/** `GET /item/1005….html?skuId=…` */
export function showItem(world: World, { mood }: ShopAccount, call: Call): Answer {
  const product = world.state.aliexpress.products.get(call.param('id'));
  if (!product?.onSale) return gone(mood.layout);
  const wanted = mood.forgetsVariant ? undefined : call.query.get('skuId');
  const chosen = product.skus.find(({ skuId }) => skuId === wanted) ?? product.skus[0];
  const options = product.skus.map(sku => option(sku, sku === chosen));
  return page(
    product.title,
    mood.layout,
    html`<h1>${product.title}</h1>
    <form method="post" action="/shop/cart/buy-now">
      <input type="hidden" name="productId" value="${product.productId}">
      ${mood.layout === 'drifted' ? button('drifted', '', 'Buy it now') : undefined}
      <fieldset><legend>Variant</legend>${options}</fieldset>
      <label>Quantity <input name="quantity" type="number" min="1" value="1"></label>
      ${mood.layout === 'plain' ? button('plain', 'Buy now', '') : undefined}
    </form>
    ${delivery(product)}`,
  );
}

const option = (sku: Sku, chosen: boolean): Html =>
  html`<label><input type="radio" name="skuId" value="${sku.skuId}" ${chosen ? 'checked' : ''} ${sku.stock > 0 ? '' : 'disabled'}>
    ${variantName(sku)}</label> <span>${price(sku.priceMinor, sku.currency)}</span>
    ${sku.stock > 0 ? undefined : html`<em>Out of stock</em>`}`;

const delivery = ({ shippingFeeMinor, skus }: Product): Html =>
  html`<p>Shipping: ${price(shippingFeeMinor, skus[0]?.currency ?? 'USD')}</p>`;

/** The cart holds that one thing afterwards. */
export function buyNow(account: ShopAccount, call: Call): Answer {
  const given = new URLSearchParams(call.text);
  const count = Number(given.get('quantity'));
  const [productId, skuId] = [given.get('productId') ?? '', given.get('skuId') ?? ''];
  if (!Number.isInteger(count) || count < 1 || skuId === '') return redirect(`/shop/item/${productId}.html`);
  account.cart = [{ productId, skuId, count }];
  return redirect('/shop/cart');
}
