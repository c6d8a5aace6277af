import { type Html, html } from '../../runtime/http/html.ts';
import type { Problem } from '../middleware/problem.ts';

/** Pages for the one moment when a person, and not a program, stands before the api: back from a consent page. */
const style = `
  :root { color-scheme: light dark; }
  body { font: 1rem/1.55 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1.25rem; }
  dt { opacity: .7; font-size: .9rem; } dd { margin: 0 0 .8rem; overflow-wrap: anywhere; }
  code { font-size: .9rem; }
`;

const page = (title: string, content: Html): string =>
  html`<!doctype html><html lang="en"><head><meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${style}</style></head>
  <body><main>${content}</main></body></html>`.markup;

const names: Readonly<Record<string, string>> = {
  'aliexpress-dropshipping': 'AliExpress',
  ebay: 'eBay',
  mercadolibre: 'Mercado Libre',
};
export const nameOf = (apiName: string): string => names[apiName] ?? apiName;

type ConnectedFacts = {
  readonly apiName: string;
  readonly accountName: string;
  readonly accountId: string;
  readonly moneyHolder: 'platform' | 'reseller';
  readonly ordersWoken: number;
  readonly notificationUrl?: string;
  readonly inlineUrl?: string;
  readonly webhookSecret: string;
};

export function connectedPage(facts: ConnectedFacts): string {
  const { apiName, accountName, accountId, moneyHolder, ordersWoken } = facts;
  const whose = moneyHolder === 'platform' ? 'the platform’s' : 'your own';
  const supplier = apiName === 'aliexpress-dropshipping';
  return page(
    'Connected',
    html`<h1>${nameOf(apiName)} is connected</h1>
    <dl>
      <dt>Account</dt><dd><strong>${accountName}</strong> <code>${accountId}</code></dd>
      <dt>${supplier ? 'Goods are paid with' : 'Buyers’ money is'}</dt><dd>${whose}${supplier && ' money'}</dd>
    </dl>
    ${ordersWoken > 0 && html`<p>${ordersWoken} ${ordersWoken === 1 ? 'order that waited for it goes' : 'orders that waited for it go'} on now.</p>`}
    ${addresses(facts)}
    <p>Is this not the account you meant? Disconnect it, and connect the other one.</p>
    <p>You can close this page.</p>`,
  );
}

/** A marketplace's alone; the secret is shown on no other page. */
const addresses = ({ notificationUrl, inlineUrl, webhookSecret }: ConnectedFacts): Html | undefined =>
  inlineUrl === undefined
    ? undefined
    : html`<h2>Telling us of orders</h2>
    <dl>
      <dt>Its notifications go to</dt><dd><code>${notificationUrl}</code></dd>
      <dt>Orders may be sent to us at</dt><dd><code>${inlineUrl}</code></dd>
      <dt>signed with this secret: keep it now, it is not shown again before you connect the account again</dt>
      <dd><code>${webhookSecret}</code></dd>
    </dl>`;

export const notConnectedPage = ({ code, message }: Problem): string =>
  page(
    'Not connected',
    html`<h1>Nothing was connected</h1><p>${sentence(message)}</p>
    <p><small>If you ask somebody for help, tell them this: <code>${code}</code></small></p>`,
  );

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
