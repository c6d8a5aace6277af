import { type LegState, legStates } from '../../domain/payout-leg.ts';
import { type Html, html } from '../../runtime/http/html.ts';
import type { PayoutFilter, PayoutRow } from '../../store/operations/payouts.ts';
import { legAmount } from '../../store/payouts/legs.ts';
import { whyNotPaidAgain } from '../../transactions/decisions/payout-choices.ts';
import { page, type Viewer } from './layout.ts';
import { listAddress, pager } from './pager.ts';
import type { Paged } from './paging.ts';
import { amount, badge, none, reasonText, select, shortId, table } from './parts.ts';
import { age } from './time.ts';

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
  payouts: Paged<PayoutRow>,
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
    ${pager(payouts, listAddress('/payouts', filter))}`,
  );

function filterForm({ state, reason, receiver }: PayoutFilter, known: readonly string[]): Html {
  const reasons = reason && !known.includes(reason) ? [...known, reason] : known;
  return html`<form class="filter" method="get" action="/payouts">
    <input type="search" name="receiver" value="${receiver}" maxlength="256" aria-label="receiver" placeholder="e-mail address of a reseller">
    ${select('state', 'any state', [['held-up', 'held up'], ...legStates], state)}
    ${select('reason', 'any reason', reasons, reason)}
    <button>Show</button>
    ${(state || reason || receiver) && html`<a href="/payouts">Clear</a>`}
  </form>`;
}

const payoutTable = (rows: readonly PayoutRow[], now: Date): Html =>
  table(
    ['Order', 'To', { text: 'Amount', numeric: true }, 'State', { text: 'Age', numeric: true }, 'What to do'],
    rows.map(row => ({ cells: cellsOf(row, now) })),
    'No payout is like that.',
  );

const cellsOf = ({ leg, email, frozenFor }: PayoutRow, now: Date): (Html | string)[] => [
  html`<a class="whole" href="/orders/${leg.orderId}" title="${leg.orderId}"><code>${shortId(leg.orderId)}</code></a>`,
  html`<span class="clip" title="${email}">${email}</span>
    <small class="under">${leg.beneficiary}, ${leg.route} ${leg.receiver}</small>`,
  amount(legAmount(leg)),
  html`${badge(leg.status, leg.status === 'PAID' ? 'good' : undefined)} ${reasonText(leg.reason)}
    ${frozenFor && badge(`held: ${frozenFor}`, 'wait')}`,
  html`${age(leg.createdAt, now)}`,
  html`<p>${forState[leg.status] ?? none}</p>${whyNotPaidAgain(leg) === null && payAgainForm(leg.id)}`,
];

const payAgainForm = (id: string): Html => html`<form class="deeds" method="post" action="/legs/${id}/decide">
  <input type="hidden" name="decision" value="pay-again">
  <input type="hidden" name="why" value="it did not arrive">
  <button class="quiet" title="Asks the provider once more, and pays it again">Pay again</button>
</form>`;
