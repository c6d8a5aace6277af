import type { OrderId } from '../../domain/ids.ts';
import { type Html, html } from '../../runtime/http/html.ts';
import type { ErasedBuyer, WaitingErasure } from '../../store/forgetting/erase-by-email.ts';
import { page, type Viewer } from './layout.ts';
import { card, none, reasonText, shortId, table } from './parts.ts';
import { moment } from './time.ts';

/** @param result of the address that was just entered; the address itself is not shown again */
export const buyersPage = (viewer: Viewer, result?: ErasedBuyer): string =>
  page(
    viewer,
    { title: 'Buyers', here: '/buyers' },
    html`
    <h1>Buyers</h1>
    <p class="lead">A buyer who wants to be forgotten is erased from every order that names their e-mail address: name,
      address, contact, what the timeline says of them, messages and evidence. Amounts, ids and states stay. It cannot be
      undone. Where a purchase, a payment or a refund is still open, the order waits, and is erased by itself afterwards.</p>
    ${result && outcome(result)}
    <form class="filter" method="post" action="/buyers/erase">
      <input type="email" name="email" maxlength="256" required aria-label="e-mail address" placeholder="e-mail address">
      <button>Forget this buyer</button>
    </form>`,
  );

function outcome({ erased, waiting }: ErasedBuyer): Html {
  if (erased.length + waiting.length === 0)
    return html`<p class="notice wait" role="status">No order names this address: nobody was erased.</p>`;
  return html`
    ${erased.length > 0 && html`<p class="notice good" role="status">Erased from ${erased.map(orderLink)}</p>`}
    ${waiting.length > 0 && card('Waiting', waitingTable(waiting), 'erased by themselves once nothing holds them')}`;
}

const orderLink = (id: OrderId): Html => html`<a href="/orders/${id}"><code>${shortId(id)}</code></a> `;

const waitingTable = (waiting: readonly WaitingErasure[]): Html =>
  table(
    ['Order', 'Why', { text: 'Until', numeric: true }],
    waiting.map(({ id, code, note, until }) => ({
      cells: [
        orderLink(id),
        html`${reasonText(code)}<small class="under">${note}</small>`,
        until ? moment(until) : none,
      ],
    })),
    '',
  );
