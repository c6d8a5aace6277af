import { type Html, html } from '../../runtime/http/html.ts';
import type { Audited } from '../../store/accounts/audit.ts';
import { page, type Viewer } from './layout.ts';
import { pager } from './pager.ts';
import type { Paged } from './paging.ts';
import { badge, code, type Tone, table } from './parts.ts';
import { moment, relative } from './time.ts';

export const auditPage = (viewer: Viewer, paged: Paged<Audited>, now: Date): string =>
  page(
    viewer,
    { title: 'Audit', here: '/audit' },
    html`
    <h1>Audit</h1>
    <p class="lead">What people did, here or over the api, tried, or were denied: from where, and what it changed. Nothing in it is ever
      changed.</p>
    <section class="card">${table(
      ['When', 'Who', 'Action', 'Outcome'],
      paged.rows.map(row => ({
        cells: [
          html`<span class="whole">${moment(row.at)}</span><small class="under">${relative(row.at, now)}</small>`,
          html`${row.operator}${row.source && html`<small class="under">${row.source}</small>`}`,
          // An HTTP request is shown as code.
          html`${/^[A-Z]+ /.test(row.action) ? code(row.action) : row.action}<small class="under">${target(row.target)}</small>`,
          html`${outcome(row.outcome)}${changes(row.changes)}`,
        ],
      })),
      'Nobody has done anything yet.',
    )}</section>
    ${pager(paged, page => `/audit?page=${page}`)}`,
  );

function target({ order, ...rest }: Audited['target']): Html {
  const pairs = Object.entries(rest);
  return html`${order && html`<a href="/orders/${order}"><code>${order}</code></a>`}${pairs.map(
    ([name, value]) => html`<span class="pair"><span class="faint">${name}</span> <code>${value}</code></span>`,
  )}`;
}

/** The changed columns of each row, before and after. */
const changes = (made: Audited['changes']): Html | false =>
  made.length > 0 &&
  html`<details><summary>${made.length === 1 ? '1 row' : `${made.length} rows`} changed</summary>
    <ul class="changes">${made.map(
      ({ table, row, change, before, after }) =>
        html`<li>${change.toLowerCase()} ${code(table)} ${code(row)} ${[
          ...new Set([...Object.keys(before), ...Object.keys(after)]),
        ].map(
          name =>
            html`<span class="pair"><span class="faint">${name}</span> ${code(told(before[name]))} → ${code(told(after[name]))}</span>`,
        )}</li>`,
    )}</ul></details>`;

const told = (value: unknown): string | undefined =>
  value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);

const outcomeTones: Readonly<Record<string, Tone>> = { done: 'good', denied: 'bad', failed: 'bad', intent: 'wait' };

/** `done: 3 jobs run again`, `denied: not offered here`; an intent without an outcome shows that the process died. */
function outcome(text: string): Html {
  const [word = '', ...rest] = text.split(': ');
  return html`${badge(word, outcomeTones[word])} <span class="breaks">${rest.join(': ')}</span>`;
}
