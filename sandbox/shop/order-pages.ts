import { type Html, html } from '../../runtime/http/html.ts';
import { costOf } from '../aliexpress/cost.ts';
import type { SupplierOrder } from '../aliexpress/state.ts';
import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { page, price } from './page.ts';
import { captcha } from './sessions.ts';
import type { ShopAccount } from './state.ts';

const pageSize = 10;

/** The order's state in the words of the website. */
function statusText({ status, endReason, logisticsStatus }: SupplierOrder): string {
  if (status === 'PLACE_ORDER_SUCCESS') return 'Awaiting payment';
  if (status === 'FINISH') return endReason === undefined ? 'Completed' : 'Closed';
  return logisticsStatus === 'WAIT_SELLER_SEND_GOODS' ? 'Awaiting shipment' : 'Awaiting delivery';
}

/** Right after the button. */
export function showConfirmation(account: ShopAccount, call: Call): Answer {
  const numbers = (call.query.get('orders') ?? '').split(',').filter(number => /^\d+$/.test(number));
  const payment = call.query.get('payment');
  const news =
    payment === 'declined'
      ? html`<h1>Payment declined</h1><p>Your order is awaiting payment.</p>`
      : payment === 'unpaid'
        ? html`<h1>Order placed</h1><p>Your order is awaiting payment.</p>`
        : html`<h1>Payment successful</h1>`;
  const links = numbers.map(number => html`<li>Order ID: <a href="/shop/orders/${number}">${number}</a></li>`);
  return page('Thank you', account.mood.layout, html`${news}<ul aria-label="Orders">${links}</ul>`);
}

/** The newest first. */
export function showOrders(world: World, account: ShopAccount, call: Call): Answer {
  if (account.mood.hidesOrders) return captcha();
  const wanted = Math.max(1, Number(call.query.get('page')) || 1);
  const own = [...world.state.aliexpress.orders.values()]
    .filter(({ accountId }) => accountId === account.accountId)
    .reverse();
  const shown = own.slice((wanted - 1) * pageSize, wanted * pageSize);
  const next = own.length > wanted * pageSize;
  return page(
    'My orders',
    account.mood.layout,
    html`<h1>My orders</h1>${shown.map(entry)}
    ${next ? html`<a rel="next" href="/shop/orders?page=${wanted + 1}">Next page</a>` : undefined}`,
  );
}

export function showOrder(world: World, account: ShopAccount, call: Call): Answer {
  const order = world.state.aliexpress.orders.get(call.param('number'));
  if (order?.accountId !== account.accountId)
    return { ...page('Not found', 'plain', html`<h1>No such order</h1>`), status: 404 };
  const parcels = order.tracking.map(
    ({ trackingNumber, carrier }) => html`<li>Tracking number: <b>${trackingNumber}</b> by <i>${carrier}</i></li>`,
  );
  return page(
    'Order detail',
    account.mood.layout,
    html`<h1>Order detail</h1>${entry(order)}<ul aria-label="Parcels">${parcels}</ul>`,
  );
}

function entry(order: SupplierOrder): Html {
  const items = order.lines.map(
    ({ productId, skuId, count }) =>
      html`<li data-product-id="${productId}" data-sku-id="${skuId}">x<span>${count}</span></li>`,
  );
  return html`<article data-order="${order.number}">
    <h2>Order ID: ${order.number}</h2>
    <time datetime="${new Date(order.createdMs).toISOString()}">Order date: ${new Date(order.createdMs).toUTCString()}</time>
    <p class="status">${statusText(order)}</p>
    <address>${Object.values(order.shipTo).map(line => html`<span>${line}</span> `)}</address>
    <ul>${items}</ul>
    <p>Total: <output>${price(costOf(order), order.currency)}</output></p>
  </article>`;
}
