import { type Html, html } from '../../runtime/http/html.ts';
import type { ListedAccount } from '../../store/connections/shop-accounts.ts';
import { page, type Viewer } from './layout.ts';
import { badge, card, none, reasonText, table } from './parts.ts';
import { relative } from './time.ts';

export const browserPage = (
  viewer: Viewer,
  { accounts, allowed }: { accounts: readonly ListedAccount[]; allowed: boolean },
  now: Date,
): string =>
  page(
    viewer,
    { title: 'Browser', here: '/browser' },
    html`
    <h1>Browser</h1>
    <p class="lead">Accounts that buy on the supplier’s own website, one order at a time. When the website wants a person,
      the account is paused: log in there, do what it asks, then release it.</p>
    ${mainSwitch(allowed)}
    ${card(
      'Accounts',
      table(
        ['Account', 'Reseller', 'State', 'Since', ''],
        accounts.map(account => ({
          cells: [account.email, account.reseller, state(account), since(account, now), releaseButton(account)],
        })),
        'No reseller has entered a log-in.',
      ),
    )}`,
  );

const mainSwitch = (allowed: boolean): Html =>
  allowed
    ? html`<form class="notice good" method="post" action="/browser/switch/off">Browser buying is on.
        <button>Switch off for all</button></form>`
    : html`<form class="notice bad" method="post" action="/browser/switch/on">Browser buying is switched off: orders wait.
        <button>Switch on</button></form>`;

function state({ pausedFor, status, busy }: ListedAccount): Html {
  if (pausedFor) return html`${badge('paused', 'bad')} ${reasonText(pausedFor)}`;
  if (status !== 'HEALTHY') return badge('log-in wanted', 'bad');
  return busy ? badge('buying', 'good') : badge('ready', 'good');
}

const since = ({ pausedAt }: ListedAccount, now: Date): Html => (pausedAt ? html`${relative(pausedAt, now)}` : none);

const releaseButton = ({ id, pausedFor }: ListedAccount): Html =>
  pausedFor ? html`<form method="post" action="/browser/${id}/release"><button>Release</button></form>` : html``;
