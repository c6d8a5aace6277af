import { type Html, html } from '../../runtime/http/html.ts';
import { toDecimal } from '../decimal.ts';
import type { Answer } from '../operation.ts';
import type { ShopMood } from './state.ts';

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
    .markup,
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
