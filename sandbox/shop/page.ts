import { toDecimal } from '../decimal.ts';
import type { Answer } from '../operation.ts';
import type { ShopMood } from './state.ts';

/** Text that is HTML already; everything else is escaped. */
export type Html = { readonly html: string };
type Part = Html | string | number | readonly Html[] | undefined;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const written = (part: Part): string => {
  if (part === undefined) return '';
  if (Array.isArray(part)) return part.map(written).join('');
  if (typeof part === 'object' && 'html' in part) return part.html;
  return String(part).replace(/[&<>"']/g, sign => entities[sign] ?? sign);
};

export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  html: texts.reduce((page, text, index) => page + text + written(parts[index]), ''),
});

export const price = (minor: bigint, currency: string): string =>
  currency === 'USD' ? `US $${toDecimal(minor, currency)}` : `${currency} ${toDecimal(minor, currency)}`;

/** A page of the shop, in the layout that the account sees today. */
export function page(title: string, layout: ShopMood['layout'], body: Html): Answer {
  if (layout === 'unknown') return shown(title, html`<div id="app"><canvas width="800" height="600"></canvas></div>`);
  return shown(title, html`<header><a href="/shop/orders">My orders</a></header><main>${body}</main>`);
}

const shown = (title: string, body: Html): Answer => ({
  status: 200,
  html: html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body>${body}</body></html>`
    .html,
});

/** A button as today's layout names it: its words change, never what it means. */
export function button(layout: ShopMood['layout'], plain: string, drifted: string): Html {
  if (layout === 'drifted')
    return html`<div class="x9k"><button type="submit" class="x9k__cta" data-v="2">${drifted}</button></div>`;
  return html`<button type="submit" class="comet-btn">${plain}</button>`;
}

export const redirect = (location: string, headers: Record<string, string> = {}): Answer => ({
  status: 303,
  headers: { location, ...headers },
});
