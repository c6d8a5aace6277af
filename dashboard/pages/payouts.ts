import { type LegState, legStates } from '../../domain/payout-leg.ts';
import { type Html, html } from '../../runtime/http/html.ts';
import type { PayoutFilter, PayoutRow } from '../../store/operations/payouts.ts';
import { legAmount } from '../../store/payouts/legs.ts';
import { page, type Viewer } from './layout.ts';
import { pager } from './pager.ts';
import type { Paged } from './paging.ts';
import { amount, badge, none, reasonText, shortId, table } from './parts.ts';
import { age } from './time.ts';

/** `mayPayAgain`: the facts allow the decision `pay-again`. */
export type ListedPayout = PayoutRow & { readonly mayPayAgain: boolean };

/** What a person can do; absent when the payout goes on by itself, or has ended. */
const forState: { readonly [State in LegState]?: string } = {
  SKIPPED_INSUFFICIENT_FUNDS: 'Add money to the account that pays: the payout goes on by itself.',
  UNCLAIMED: 'Nothing: the provider returns it after 30 days. Or cancel it, and pay it again.',
  FAILED: 'Ask the reseller whether the receiver is right, then pay it again.',
  RETURNED: 'Ask the reseller whether the receiver is right, then pay it again.',
  REVERSED: 'Ask the reseller whether the receiver is right, then pay it again.',
  NEEDS_REVIEW: 'Look at the provider, then decide about the payout on the order’s page.',
};

export const payoutsPage = (
  viewer: Viewer,
  payouts: Paged<ListedPayout>,
  { filter, reasons }: { filter: PayoutFilter; reasons: readonly string[] },
  now: Date,
): string =>
  page(
    viewer,
    { title: 'Payouts', here: '/payouts' },
    html`
    <h1>Payouts</h1>
    ${filterForm(filter, reasons)}
    <section class="card">${payoutTable(payouts.rows, now)}</section>
    ${pager(payouts, addressOf(filter))}`,
  );

function filterForm({ state, reason, receiver }: PayoutFilter, known: readonly string[]): Html {
  const option = (value: string, text: string, chosen: string | undefined) =>
    html`<option value="${value}" ${value === chosen && html`selected`}>${text}</option>`;
  const reasons = reason && !known.includes(reason) ? [...known, reason] : known;
  return html`<form class="filter" method="get" action="/payouts">
    <input type="search" name="receiver" value="${receiver}" maxlength="256" aria-label="receiver" placeholder="e-mail address of a reseller">
    <select name="state" aria-label="state">
      ${[option('', 'any state', state), option('held-up', 'held up', state), ...legStates.map(one => option(one, one, state))]}
    </select>
    <select name="reason" aria-label="reason">
      ${[option('', 'any reason', reason), ...reasons.map(one => option(one, one, reason))]}
    </select>
    <button>Show</button>
    ${(state || reason || receiver) && html`<a href="/payouts">Clear</a>`}
  </form>`;
}

const payoutTable = (rows: readonly ListedPayout[], now: Date): Html =>
  table(
    ['Order', 'To', { text: 'Amount', numeric: true }, 'State', { text: 'Age', numeric: true }, 'What to do'],
    rows.map(row => ({ cells: cellsOf(row, now) })),
    'No payout is like that.',
  );

const cellsOf = ({ leg, email, frozenFor, mayPayAgain }: ListedPayout, now: Date): (Html | string)[] => [
  html`<a class="whole" href="/orders/${leg.orderId}" title="${leg.orderId}"><code>${shortId(leg.orderId)}</code></a>`,
  html`<span class="clip" title="${email}">${email}</span>
    <small class="under">${leg.beneficiary}, ${leg.route} ${leg.receiver}</small>`,
  amount(legAmount(leg)),
  html`${badge(leg.status, leg.status === 'PAID' ? 'good' : undefined)} ${reasonText(leg.reason)}
    ${frozenFor && badge(`held: ${frozenFor}`, 'wait')}`,
  html`${age(leg.createdAt, now)}`,
  html`<p>${forState[leg.status] ?? none}</p>${mayPayAgain && payAgainForm(leg.id)}`,
];

const payAgainForm = (id: string): Html => html`<form class="deeds" method="post" action="/legs/${id}/decide">
  <input type="hidden" name="decision" value="pay-again">
  <input type="hidden" name="why" value="it did not arrive">
  <button class="quiet" title="Asks the provider once more, and pays it again">Pay again</button>
</form>`;

const addressOf =
  ({ state, reason, receiver }: PayoutFilter) =>
  (page: number): string => {
    const given = Object.entries({ state, reason, receiver, page: String(page) });
    return `/payouts?${new URLSearchParams(given.flatMap(([name, value]) => (value ? [[name, value] as [string, string]] : [])))}`;
  };
