import type { Money } from '../../domain/money.ts';
import { type OrderState, orderStates } from '../../domain/order.ts';
import type { Trouble } from '../../domain/provider.ts';
import { type Html, html } from '../../runtime/http/html.ts';
import type { Receivable } from '../../store/money/current-account.ts';
import type { FreezeStanding, LegStanding, Standing } from '../../store/operations/overview.ts';
import { isHeldUp } from '../../store/operations/payouts.ts';
import type { VitalSigns } from '../../store/operations/vital-signs.ts';
import type { QueueFigures } from '../board/queue-figures.ts';
import { feedTable, type Troubled } from './feeds.ts';
import { page, type Viewer } from './layout.ts';
import { nextAction, wayOut } from './next-action.ts';
import { amount, badge, type Column, card, none, reasonText, type Tone, table } from './parts.ts';
import { type PlatformMoney, platformMoneyCard } from './platform-money.ts';
import { age } from './time.ts';
import { troubleLines } from './troubles.ts';
import { vitalLines } from './vital-signs.ts';

export type Figures = Troubled & {
  readonly orders: readonly Standing[];
  readonly legs: readonly LegStanding[];
  readonly frozen: readonly FreezeStanding[];
  readonly ledger: readonly Money[];
  readonly receivables: readonly Receivable[];
  readonly platform: PlatformMoney;
  readonly queues: readonly QueueFigures[];
  readonly troubles: readonly Trouble[];
  readonly signs: VitalSigns;
  readonly now: Date;
};

const refreshSeconds = 15;

export const overviewPage = (viewer: Viewer, figures: Figures): string =>
  page(
    viewer,
    { title: 'Overview', here: '/', refreshSeconds },
    html`
    <h1>Overview</h1>
    ${headlines(figures)}
    ${vitalLines(figures.signs, figures.now)}
    ${troubleLines(figures.troubles, figures.now)}
    ${card('Orders', road(figures.orders))}
    ${standing('Waiting', 'WAITING', figures, 'No order waits.')}
    ${standing('Needs review', 'NEEDS_REVIEW', figures, 'Nothing needs a person.')}
    ${ordersIn(figures.orders, 'FAILED') > 0 && standing('Failed', 'FAILED', figures, '')}
    ${figures.frozen.length > 0 && card('Held', heldTable(figures), 'no money of these orders moves')}
    ${card('Queues', queueTable(figures), html`<a href="/queues">Open the board</a>`)}
    ${figures.feeds.length + figures.rateFeeds.length > 0 && card('Feeds', feedTable(figures), 'what is read in case a notification was lost')}
    <div class="columns">
      ${card('Payouts', payoutTable(figures.legs), html`<a href="/payouts">All payouts</a>`)}
      <div>
        ${platformMoneyCard(figures.platform)}
        ${card('Ledger', ledgerTable(figures.ledger), 'zero, or the books are broken')}
        ${card('Receivables', receivableTable(figures.receivables), 'owed by resellers, set off against later payouts')}
      </div>
    </div>
    <p class="footnote">Refreshes every ${refreshSeconds} s. Times are UTC.</p>`,
  );

const ordersIn = (orders: readonly Standing[], state: OrderState): number =>
  orders.filter(({ status }) => status === state).reduce((total, row) => total + row.orders, 0);

const tile = (text: string, value: Html | string | number, tone: Tone, path: string): Html =>
  html`<a class="tile ${tone}" href="${path}"><b>${value}</b><span>${text}</span></a>`;

/** The figures that say whether a person is needed. */
function headlines({ orders, legs, frozen, ledger, queues }: Figures): Html {
  const alarm = (count: number, tone: Tone): Tone => (count > 0 ? tone : 'calm');
  const review = ordersIn(orders, 'NEEDS_REVIEW');
  const waiting = ordersIn(orders, 'WAITING');
  const failed = queues.reduce((total, { figures }) => total + (figures?.failed ?? 0), 0);
  const stuck = legs.filter(({ status }) => isHeldUp(status)).reduce((total, row) => total + row.legs, 0);
  const held = frozen.reduce((total, row) => total + row.orders, 0);
  const off = ledger.filter(({ amountMinor }) => amountMinor !== 0n).length;
  return html`<div class="tiles">
    ${tile('need review', review, alarm(review, 'bad'), '/orders?state=NEEDS_REVIEW')}
    ${tile('orders wait', waiting, alarm(waiting, 'wait'), '/orders?state=WAITING')}
    ${tile('orders held', held, alarm(held, 'bad'), held > 0 ? '#held' : '/orders')}
    ${tile('failed jobs', failed, alarm(failed, 'bad'), '/queues')}
    ${tile('payouts held up', stuck, alarm(stuck, 'bad'), '/payouts?state=held-up')}
    ${tile('ledger', off === 0 ? 'balanced' : 'broken', off === 0 ? 'good' : 'bad', '#ledger')}
  </div>`;
}

const road = (orders: readonly Standing[]): Html =>
  html`<ol class="road">${orderStates.map(state => {
    const count = ordersIn(orders, state);
    return html`<li class="${count === 0 && 'empty'}"><a href="/orders?state=${state}"><b>${count}</b>${badge(state)}</a></li>`;
  })}</ol>`;

/** The orders of one state by reason, each with what a person can do about it. */
function standing(title: string, state: OrderState, { orders, now }: Figures, empty: string): Html {
  const rows = orders.filter(({ status }) => status === state);
  return card(
    title,
    table(
      ['Reason', { text: 'Orders', numeric: true }, { text: 'Oldest', numeric: true }, 'What to do'],
      rows.map(({ reason, orders: count, oldest }) => ({
        cells: [
          html`<a href="/orders?state=${state}&amp;reason=${reason}">${reasonText(reason)}</a>`,
          count,
          age(oldest, now),
          nextAction({ status: state, reason }) ?? none,
        ],
      })),
      empty,
    ),
  );
}

const heldTable = ({ frozen, now }: Figures): Html =>
  html`<div id="held">${table(
    ['Why', { text: 'Orders', numeric: true }, { text: 'Oldest', numeric: true }, 'How it ends'],
    frozen.map(({ why, orders, oldest }) => ({
      cells: [html`<a href="/orders?frozen=${why}">${reasonText(why)}</a>`, orders, age(oldest, now), wayOut(why)],
    })),
    '',
  )}</div>`;

const zeroIsFaint = (count: number): Html | number => (count === 0 ? html`<span class="faint">0</span>` : count);

function queueTable({ queues, now }: Figures): Html {
  const columns: (string | Column)[] = [
    'Queue',
    { text: 'Waiting', numeric: true },
    { text: 'Oldest', numeric: true },
    { text: 'Active', numeric: true, minor: true },
    { text: 'Delayed', numeric: true, minor: true },
    { text: 'Failed', numeric: true },
  ];
  return table(
    columns,
    queues.map(({ name, figures }) => {
      const link = html`<a href="/queues/queue/${name}">${name}</a>`;
      if (!figures)
        return { tone: 'bad', cells: [html`${link} ${badge('unreachable', 'bad')}`, none, none, none, none, none] };
      const { waiting, active, delayed, failed, paused, oldestWaiting } = figures;
      return {
        cells: [
          html`${link} ${paused && badge('paused', 'wait')}`,
          zeroIsFaint(waiting),
          age(oldestWaiting, now),
          zeroIsFaint(active),
          zeroIsFaint(delayed),
          failed > 0 ? html`<a class="bad" href="/queues/queue/${name}?status=failed">${failed}</a>` : zeroIsFaint(0),
        ],
      };
    }),
    'There are no queues.',
    'lines',
  );
}

const payoutTable = (legs: readonly LegStanding[]): Html =>
  html`<div id="payouts">${table(
    ['State', { text: 'Payouts', numeric: true }, { text: 'Amount', numeric: true }],
    legs.map(({ status, legs: count, total }) => ({
      cells: [
        html`<a href="/orders?payout=${status}">${badge(status, status === 'PAID' ? 'good' : undefined)}</a>`,
        html`<a href="/payouts?state=${status}">${count}</a>`,
        amount(total),
      ],
    })),
    'Nothing to pay out yet.',
    'lines',
  )}</div>`;

const ledgerTable = (totals: readonly Money[]): Html =>
  html`<div id="ledger">${table(
    ['Currency', { text: 'Sum of all postings', numeric: true }],
    totals.map(total => ({ cells: [total.currency, amount(total)], tone: total.amountMinor === 0n ? 'good' : 'bad' })),
    'Nothing is booked yet.',
    'lines',
  )}</div>`;

const receivableTable = (rows: readonly Receivable[]): Html =>
  table(
    ['Reseller', { text: 'Owed', numeric: true }],
    rows.map(({ email, owed }) => ({ cells: [email, amount(owed)] })),
    'No reseller owes anything.',
    'lines',
  );
