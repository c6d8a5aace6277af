import { freezes, orderStates, waitReasons } from '../../domain/order.ts';
import { legStates } from '../../domain/payout-leg.ts';
import { channels } from '../../domain/sale-channel.ts';
import { type Html, html } from '../../runtime/http/html.ts';
import type { OrderFilter, OrderRow } from '../../store/operations/overview.ts';
import { salePrice } from '../../store/orders/orders.ts';
import { currentQueues } from '../current-queue.ts';
import { page, type Viewer } from './layout.ts';
import { listAddress, pager } from './pager.ts';
import type { Paged } from './paging.ts';
import { amount, badge, none, reasonText, select, shortId, table } from './parts.ts';
import { age, relative } from './time.ts';

type Filter = Omit<OrderFilter, 'id'>;

export const ordersPage = (viewer: Viewer, orders: Paged<OrderRow>, filter: Filter, now: Date): string =>
  page(
    viewer,
    { title: 'Orders', here: '/orders' },
    html`
    <h1>Orders</h1>
    ${filterForm(filter)}
    <section class="card">${orderTable(orders.rows, now)}</section>
    ${pager(orders, listAddress('/orders', inQuery(filter)))}`,
  );

const inQuery = ({ search: q, ...filter }: Filter) => ({ ...filter, q });

function filterForm({ state, reason, channel, frozen, payout, search }: Filter): Html {
  // A link from the overview may name a reason that is no wait reason.
  const reasons = reason && !waitReasons.some(known => known === reason) ? [...waitReasons, reason] : waitReasons;
  return html`<form class="filter" method="get" action="/orders">
    <input type="search" name="q" value="${search}" maxlength="128" aria-label="search"
      placeholder="order id, external order, supplier order, payment, buyer’s e-mail or whole name">
    ${select('state', 'any state', orderStates, state)}
    ${select('reason', 'any reason', reasons, reason)}
    ${select('channel', 'any channel', channels, channel)}
    ${select('frozen', 'held or not', freezes, frozen)}
    ${select('payout', 'any payout', legStates, payout)}
    <button>Show</button>
    ${(state || reason || channel || frozen || payout || search) && html`<a href="/orders">Clear</a>`}
  </form>`;
}

const orderTable = (rows: readonly OrderRow[], now: Date): Html =>
  table(
    [
      'Order',
      'Channel',
      { text: 'Reseller', minor: true },
      { text: 'Amount', numeric: true },
      'State',
      'Queue',
      'In state for',
      'Next check',
    ],
    rows.map(row => {
      const { order, reseller, enteredAt } = row;
      return {
        cells: [
          html`<a href="/orders/${order.id}" title="${order.id}"><code>${shortId(order.id)}</code></a>
            ${order.externalOrderId && html`<small class="under"><span class="clip" title="${order.externalOrderId}">${order.externalOrderId}</span></small>`}`,
          order.channel,
          html`<span class="clip" title="${reseller}">${reseller}</span>`,
          amount(salePrice(order)),
          html`${badge(order.status)} ${reasonText(order.waitReason ?? order.reason)}${marks(row)}`,
          html`<span class="whole">${currentQueues(row).join(', ') || none}</span>`,
          age(enteredAt, now),
          relative(order.nextCheckAt, now),
        ],
      };
    }),
    'No order is like that.',
  );

/** What the state does not say: the freeze, and payouts that did not arrive. */
const marks = ({ order, legsBack }: OrderRow): Html =>
  html`${order.frozenFor && html` ${badge(`held: ${order.frozenFor}`, 'wait')}`}${legsBack.map(
    status => html` ${badge(`payout ${status}`, 'bad')}`,
  )}`;
