import { formatDecimal, formatMoney, type Money } from '../../domain/money.ts';
import { type Html, html } from '../../runtime/http/html.ts';

/** `good`: done; `busy`: under way; `wait`: waiting for something; `bad`: wrong; `calm`: of no importance. */
export type Tone = 'good' | 'busy' | 'wait' | 'bad' | 'calm';

const tones: Readonly<Record<string, Tone>> = {
  PAID: 'busy',
  PURCHASING: 'busy',
  SENT: 'busy',
  OPEN: 'busy',
  PENDING: 'busy',
  PURCHASED: 'good',
  SHIPPED: 'good',
  DELIVERED: 'good',
  COMPLETED: 'good',
  DONE: 'good',
  WAITING: 'wait',
  PLACED_UNPAID: 'wait',
  SKIPPED_INSUFFICIENT_FUNDS: 'wait',
  UNCLAIMED: 'wait',
  REFUNDING: 'wait',
  FAILED: 'bad',
  NEEDS_REVIEW: 'bad',
  DISPUTED: 'bad',
  REVERSED: 'bad',
  RETURNED: 'bad',
  DECLINED: 'bad',
};

/** Long names may break after an underscore. */
const breakable = (name: string): Html[] =>
  name.split('_').map((part, index) => html`${index > 0 && html`_<wbr>`}${part}`);

/**
 * A state as a small badge; `tone` for a word that means something else here (a paid leg is done, a paid order is not).
 */
export const badge = (state: string, tone: Tone = tones[state] ?? 'calm'): Html =>
  html`<span class="badge ${tone}">${breakable(state)}</span>`;

export const reasonText = (reason: string | null | undefined): Html | undefined =>
  reason ? html`<span class="reason">${breakable(reason)}</span>` : undefined;

export const none = html`<span class="faint">–</span>`;

/** An amount, with its currency in a softer colour. */
export const amount = (value: Money): Html =>
  html`<span class="money" title="${formatMoney(value)}">${formatDecimal(value)}<small>${value.currency}</small></span>`;

export const code = (text: string | null | undefined): Html => (text ? html`<code>${text}</code>` : none);

/** The beginning of an id, enough to recognise it and to search for it. */
export const shortId = (id: string): string => id.slice(0, 8);

/** `minor` columns are left out on a narrow screen. */
export type Column = { readonly text: string; readonly numeric?: boolean; readonly minor?: boolean };
export type Row = { readonly cells: readonly (Html | string | number)[]; readonly tone?: Tone };

/**
 * A table. On a narrow screen each row becomes a small card whose cells name their columns; `lines` tables are short
 * and keep their form.
 */
export function table(
  columns: readonly (string | Column)[],
  rows: readonly Row[],
  empty: string,
  kind: 'cards' | 'lines' = 'cards',
): Html {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  const named = columns.map(column => (typeof column === 'string' ? { text: column } : column));
  const classes = ({ numeric, minor }: Column) => [numeric && 'num', minor && 'minor'].filter(Boolean).join(' ');
  return html`<table class="${kind}">
    <thead><tr>${named.map(column => html`<th class="${classes(column)}">${column.text}</th>`)}</tr></thead>
    <tbody>${rows.map(
      ({ cells, tone }) =>
        html`<tr${tone && html` class="${tone}"`}>${cells.map((cell, index) => {
          const column = named[index]!;
          return html`<td class="${classes(column)}" data-name="${column.text}">${cell}</td>`;
        })}</tr>`,
    )}</tbody>
  </table>`;
}

export const card = (title: string, body: Html, note?: Html | string): Html =>
  html`<section class="card"><h2>${title}${note && html`<small>${note}</small>`}</h2>${body}</section>`;

/** Names and values, in two columns. */
export const facts = (pairs: readonly (readonly [string, Html | string])[]): Html =>
  html`<dl>${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

/** What a list is narrowed to. @param all its text while nothing is chosen; an option is its value, or value and text */
export const select = (
  name: string,
  all: string,
  options: readonly (string | readonly [value: string, text: string])[],
  chosen: string | undefined,
): Html =>
  html`<select name="${name}" aria-label="${name}"><option value="">${all}</option>${options.map(option => {
    const [value, text] = typeof option === 'string' ? [option, option] : option;
    return html`<option value="${value}" ${value === chosen && html`selected`}>${text}</option>`;
  })}</select>`;
