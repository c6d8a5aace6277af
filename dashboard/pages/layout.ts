import { type Html, html } from '../../runtime/http/html.ts';
import type { Deps } from '../deps.ts';
import type { Operator } from '../middleware/session.ts';

/** The person a page is made for. */
export type Viewer = { readonly deps: Pick<Deps, 'config'>; readonly operator: Operator | undefined };

type Section = { readonly path: string; readonly text: string };

const sections: readonly Section[] = [
  { path: '/', text: 'Overview' },
  { path: '/orders', text: 'Orders' },
  { path: '/payouts', text: 'Payouts' },
  { path: '/rates', text: 'Rates' },
  { path: '/buyers', text: 'Buyers' },
  { path: '/events', text: 'Events' },
  { path: '/books', text: 'Books' },
  { path: '/queues', text: 'Queues' },
  { path: '/browser', text: 'Browser' },
  { path: '/audit', text: 'Audit' },
  { path: '/people', text: 'People' },
];

const navigation = (here: string | undefined, operator: Operator): Html => html`
  <nav>${sections.map(({ path, text }) => html`<a href="${path}" ${path === here && html`aria-current="page"`}>${text}</a>`)}</nav>
  <form class="leave" method="post" action="/logout"><a href="/account">${operator.email}</a><button class="quiet">Log out</button></form>`;

/** One whole document. `refreshSeconds` reloads it, for pages that are left open. */
export function page(
  { deps, operator }: Viewer,
  { title, here, refreshSeconds }: { title: string; here?: string; refreshSeconds?: number },
  body: Html,
): string {
  const { environment } = deps.config.paypal;
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="robots" content="noindex">
  ${refreshSeconds !== undefined && html`<meta http-equiv="refresh" content="${refreshSeconds}">`}
  <title>${title} · ${environment}</title>
  <link rel="icon" href="/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/style.css">
</head>
<body>
  <header class="top">
    <a class="brand" href="/">Dropship Road</a><span class="world ${environment}">${environment}</span>
    ${operator && navigation(here, operator)}
  </header>
  <main>${body}</main>
</body>
</html>
`.markup;
}
