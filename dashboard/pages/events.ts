import { type Html, html } from '../../runtime/http/html.ts';
import { type UntakenEvent, unreadableElement } from '../../store/events/untaken-events.ts';
import { page, type Viewer } from './layout.ts';
import { pager } from './pager.ts';
import type { Paged } from './paging.ts';
import { badge, code, none, table } from './parts.ts';
import { moment, relative } from './time.ts';

export const eventsPage = (viewer: Viewer, paged: Paged<UntakenEvent>, now: Date): string =>
  page(
    viewer,
    { title: 'Events', here: '/events' },
    html`
    <h1>Events</h1>
    <p class="lead">What marketplaces and payment providers told us, or a list of theirs showed, and nothing has come of.
      Each may be a sale: look at it, take it up again, or dismiss it. One that waits goes on by itself.</p>
    <section class="card">${table(
      ['Came', 'From', 'What', 'About', 'Why', ''],
      paged.rows.map(event => ({ cells: cellsOf(event, now), tone: event.status === 'FAILED' ? 'bad' : 'wait' })),
      'Everything that was told to us has been taken.',
    )}</section>
    ${pager(paged, page => `/events?page=${page}`)}`,
  );

const cellsOf = (event: UntakenEvent, now: Date): Html[] => [
  html`<span class="whole">${moment(event.receivedAt)}</span><small class="under">${relative(event.receivedAt, now)}</small>`,
  html`${event.source}${event.accountName && html`<small class="under">${event.accountName}</small>`}`,
  html`${badge(event.status === 'FAILED' ? 'FAILED' : 'WAITING')} ${code(event.type)}`,
  event.subject ? html`<a href="/orders?q=${event.subject}">${code(event.subject)}</a>` : none,
  html`<span class="breaks">${event.note ?? none}</span>`,
  html`<a href="/events/${event.id}/body">Text</a>${event.status === 'FAILED' && deeds(event)}`,
];

const deeds = ({ id, type, isEmpty }: UntakenEvent): Html => html`
  ${
    type !== unreadableElement &&
    !isEmpty &&
    html`<form method="post" action="/events/${id}/again"><button class="quiet" title="Has the event read once more">Take again</button></form>`
  }
  <form method="post" action="/events/${id}/dismiss"><button class="quiet" title="You have looked, and nothing is to be done">Dismiss</button></form>`;
