import { type Html, html } from '../../runtime/http/html.ts';
import { type Account, resetHours } from '../../store/accounts/accounts.ts';
import { page, type Viewer } from './layout.ts';
import { pager } from './pager.ts';
import type { Paged } from './paging.ts';
import { badge, card, code, none, table } from './parts.ts';
import { moment, relative } from './time.ts';

export const peoplePage = (viewer: Viewer, paged: Paged<Account>, now: Date): string =>
  page(
    viewer,
    { title: 'People', here: '/people' },
    html`
    <h1>People</h1>
    <p class="lead">Who can log in. A person whose account is switched off cannot log in; their orders and payouts go on.
      Your own password and sessions are under <a href="/account">your account</a>.</p>
    <section class="card">${table(
      [
        'E-mail',
        'Role',
        'State',
        'Last log-in',
        { text: 'Refused since', numeric: true },
        { text: 'Sessions', numeric: true },
        '',
      ],
      paged.rows.map(account => ({
        cells: [
          account.email,
          account.role,
          account.disabledAt ? badge('off', 'bad') : badge('on', 'good'),
          account.lastLogInAt ? html`${relative(account.lastLogInAt, now)}` : none,
          account.refusedSince,
          account.sessions,
          deeds(account),
        ],
      })),
      'Nobody has an account.',
    )}</section>
    ${pager(paged, page => `/people?page=${page}`, ['Back', 'More'])}`,
  );

const deeds = ({ id, disabledAt, sessions }: Account): Html => html`
  <div class="deeds">
    ${sessions > 0 && html`<form method="post" action="/people/${id}/end-sessions"><button class="quiet">End sessions</button></form>`}
    ${!disabledAt && html`<form method="post" action="/people/${id}/reset-password"><button class="quiet">Reset password</button></form>`}
    <form method="post" action="/people/${id}/switch/${disabledAt ? 'on' : 'off'}"><button class="quiet">${disabledAt ? 'Switch on' : 'Switch off'}</button></form>
  </div>`;

export const resetPage = (
  viewer: Viewer,
  { email, link, expiresAt }: { email: string; link: string; expiresAt: Date },
): string =>
  page(
    viewer,
    { title: 'Reset password', here: '/people' },
    html`
    <h1>Reset password</h1>
    ${card(
      `For ${email}`,
      html`<p>Give this link to the owner of the account only. It works once, within ${resetHours} hours
        (until ${moment(expiresAt)}), and is shown only here.</p>
        <p class="breaks">${code(link)}</p>`,
    )}`,
  );
