import { html } from '../../runtime/http/html.ts';
import { accountById } from '../accounts.ts';
import { payAutomatically } from '../aliexpress/payment.ts';
import { type Pick, place } from '../aliexpress/placement.ts';
import type { Answer } from '../operation.ts';
import type { World } from '../world.ts';
import { picksOf } from './cart-lines.ts';
import { variantName } from './item-page.ts';
import { button, page, price, redirect } from './page.ts';
import { captcha } from './sessions.ts';
import type { ShopAccount, ShopAddress } from './state.ts';

const refusals = {
  gone: 'Sorry, this item is no longer available',
  'out-of-stock': 'Out of stock',
  'not-shipped': 'This item cannot be shipped to your address',
};

/** The last page before the order. */
export function showReview(world: World, account: ShopAccount): Answer {
  const { mood, shipTo } = account;
  if (mood.captcha === 'checkout') return captcha();
  if (mood.restricted)
    return page('Account', mood.layout, html`<h1>Your account has been restricted</h1><p>Please contact us.</p>`);
  if (!shipTo) return redirect('/shop/address');
  raisePrice(world, account);
  const picks = picksOf(world, account);
  if (typeof picks === 'string') return page('Checkout', mood.layout, html`<p role="alert">${refusals[picks]}</p>`);
  const [first] = picks;
  if (!first) return redirect('/shop/cart');
  const place = html`<form method="post" action="/shop/checkout/place">
    <input type="hidden" name="shopper" value="${account.email}">${button(mood.layout, 'Place order', 'Submit order')}</form>`;
  return page(
    'Checkout',
    mood.layout,
    html`<h1>Order review</h1>${mood.layout === 'drifted' ? place : undefined}
    <section aria-label="Shipping address">${addressLines(shipTo).map(line => html`<p>${line}</p>`)}</section>
    <ul aria-label="Items">${picks.map(
      ({ product, sku, count }) => html`<li data-product-id="${product.productId}" data-sku-id="${sku.skuId}">
        <b>${product.title}</b> <span class="sku">${variantName(sku)}</span> <span class="quantity">x${count}</span></li>`,
    )}</ul>
    <p>Total <output aria-label="Total">${price(totalOf(picks, shipTo), first.sku.currency)}</output></p>
    ${mood.layout === 'plain' ? place : undefined}`,
  );
}

const addressLines = (shipTo: ShopAddress): string[] =>
  ['full_name', 'mobile_no', 'address', 'address2', 'city', 'province', 'zip', 'country']
    .map(name => shipTo[name] ?? '')
    .filter(Boolean);

const totalOf = (picks: readonly Pick[], { country }: ShopAddress): bigint =>
  picks.reduce((sum, { sku, count, option }) => {
    const charges = country === 'US' ? sku.importChargesMinor : 0n;
    return sum + (sku.priceMinor + charges) * BigInt(count) + option.actualFeeMinor;
  }, 0n);

/** Once: the next review finds the new price on the shelf. */
function raisePrice(world: World, account: ShopAccount): void {
  const rise = account.mood.priceRiseMinor;
  if (rise === 0n) return;
  account.mood = { ...account.mood, priceRiseMinor: 0n };
  const { products } = world.state.aliexpress;
  for (const { productId, skuId } of account.cart) {
    const product = products.get(productId);
    if (!product) continue;
    const skus = product.skus.map(sku => (sku.skuId === skuId ? { ...sku, priceMinor: sku.priceMinor + rise } : sku));
    products.set(productId, { ...product, skus });
  }
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** A buyer may write a mark into the second line of the address: the books then name the order by it. */
const markIn = ({ address2 = '' }: ShopAddress): string | undefined => uuid.exec(address2)?.[0];

/** Every press of the button is an order: the website never deduplicates. */
export function placeOrder(world: World, shopper: ShopAccount): Answer {
  const picks = picksOf(world, shopper);
  const account = accountById(world, 'aliexpress', shopper.accountId);
  if (typeof picks === 'string' || !shopper.shipTo || !account || shopper.mood.restricted || picks.length === 0)
    return redirect('/shop/checkout');
  const request = {
    outOrderId: undefined,
    address: shopper.shipTo,
    country: shopper.shipTo.country,
    items: [],
    tryToPay: false,
    payCurrency: undefined,
    natAddr: undefined,
  };
  const orders = place(world, account, request, picks, markIn(shopper.shipTo));
  const paid = shopper.mood.payment === 'paid' && payAutomatically(world, account, orders);
  shopper.cart = [];
  const query = new URLSearchParams({ orders: orders.map(({ number }) => number).join(',') });
  if (!paid) query.set('payment', shopper.mood.payment === 'declined' ? 'declined' : 'unpaid');
  return redirect(`/shop/confirmation?${query}`);
}
