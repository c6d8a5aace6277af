import { formatDecimal, formatMoney, type Money } from '../../domain/money.ts';
import { type Html, html } from './html.ts';

/** Good and done, under way, waiting for something, wrong, or of no account. */
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

/** A state as a small badge; `tone` where the same word means something else (a paid leg is done, a paid order is not). */
export const badge = (state: string, tone: Tone = tones[state] ?? 'calm'): Html =>
  html`<span class="badge ${tone}">${state}</span>`;

export const reasonText = (reason: string | null | undefined): Html | undefined =>
  reason ? html`<span class="reason">${reason}</span>` : undefined;

export const none = html`<span class="faint">–</span>`;

/** An amount, its currency in the background. */
export const amount = (value: Money): Html =>
  html`<span class="money" title="${formatMoney(value)}">${formatDecimal(value)}<small>${value.currency}</small></span>`;

export const code = (text: string | null | undefined): Html => (text ? html`<code>${text}</code>` : none);

/** The head of an id, enough to tell and to search for. */
export const shortId = (id: string): string => id.slice(0, 8);

type Column = { readonly text: string; readonly numeric?: boolean };
export type Row = { readonly cells: readonly (Html | string | number)[]; readonly tone?: Tone };

/** A table that becomes a list of cards on a narrow screen: each cell knows its column's name. */
export function table(columns: readonly (string | Column)[], rows: readonly Row[], empty: string): Html {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  const named = columns.map(column => (typeof column === 'string' ? { text: column } : column));
  const numeric = ({ numeric: right }: Column) => right && html` class="num"`;
  return html`<table>
    <thead><tr>${named.map(column => html`<th${numeric(column)}>${column.text}</th>`)}</tr></thead>
    <tbody>${rows.map(
      ({ cells, tone }) =>
        html`<tr${tone && html` class="${tone}"`}>${cells.map((cell, index) => {
          const column = named[index]!;
          return html`<td${numeric(column)} data-name="${column.text}">${cell}</td>`;
        })}</tr>`,
    )}</tbody>
  </table>`;
}

export const card = (title: string, body: Html, note?: Html | string): Html =>
  html`<section class="card"><h2>${title}${note && html`<small>${note}</small>`}</h2>${body}</section>`;

/** Names and what they are, in two columns. */
export const facts = (pairs: readonly (readonly [string, Html | string])[]): Html =>
  html`<dl>${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
