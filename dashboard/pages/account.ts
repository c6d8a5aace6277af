import { html } from '../../runtime/http/html.ts';
import { passwordLengthMin } from '../../store/accounts/password-rules.ts';
import type { OpenSession } from '../../store/accounts/sessions.ts';
import { page, type Viewer } from './layout.ts';
import { badge, card, table } from './parts.ts';
import { relative } from './time.ts';

type Shown = { sessions: readonly OpenSession[]; here: string };

export const accountPage = (viewer: Viewer, { sessions, here }: Shown, now: Date): string =>
  page(
    viewer,
    { title: 'Your account' },
    html`
    <h1>Your account</h1>
    <p class="lead">${viewer.operator?.email}</p>
    ${card(
      'Password',
      html`<form class="fields" method="post" action="/account/password">
        <label>Current password <input name="password" type="password" autocomplete="current-password" maxlength="1024" required></label>
        <label>New password <input name="newPassword" type="password" autocomplete="new-password" minlength="${passwordLengthMin}" maxlength="1024" required></label>
        <button>Change</button>
      </form>`,
      'A change ends your other sessions.',
    )}
    ${card(
      'Sessions',
      html`${table(
        ['From', 'With', 'At', 'Since', 'Last used', ''],
        sessions.map(session => ({
          cells: [
            session.source,
            html`<span class="breaks">${session.agent}</span>`,
            session.door,
            html`${relative(session.begunAt, now)}`,
            html`${relative(session.seenAt, now)}`,
            session.id === here
              ? badge('this one', 'good')
              : html`<form method="post" action="/account/sessions/${session.id}/end"><button class="quiet">End</button></form>`,
          ],
        })),
        'You have no session.',
      )}
      ${sessions.length > 1 && html`<form method="post" action="/account/sessions/end"><button>End all others</button></form>`}`,
    )}`,
  );
