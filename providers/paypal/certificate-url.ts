import { WebhookRejected } from '../webhook/webhook-rejected.ts';

/** PayPal publishes no list: these are its API hosts, old and new. */
export const paypalHosts: readonly string[] = [
  'api.paypal.com',
  'api-m.paypal.com',
  'api.sandbox.paypal.com',
  'api-m.sandbox.paypal.com',
];

/** A query or a longer path would only make the same certificate be fetched again. */
const path = /^\/v1\/notifications\/certs\/[A-Za-z0-9_-]{1,128}$/;

export type AllowedPlaces = {
  /** Host names, compared whole; https and the default port only. */
  allowedHosts: readonly string[];
  /** Outside production: the base URL of a simulator, whose scheme, port and path then count as its own. */
  allowedBaseUrl?: string | undefined;
};

/** The sender of the request chose the URL, so it is parsed and compared, never searched. @throws WebhookRejected */
export function certificateUrl(text: string, { allowedHosts, allowedBaseUrl }: AllowedPlaces): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username || url.password || url.search || url.hash) throw refuse();
  const genuine = url.protocol === 'https:' && url.port === '' && allowedHosts.includes(url.hostname);
  if (genuine && path.test(url.pathname)) return url.href;

  const base = allowedBaseUrl === undefined ? undefined : new URL(allowedBaseUrl);
  const prefix = base?.pathname.replace(/\/$/, '') ?? '';
  const simulated = url.origin === base?.origin && url.pathname.startsWith(prefix);
  if (simulated && path.test(url.pathname.slice(prefix.length))) return url.href;
  throw refuse();
}

const refuse = () =>
  new WebhookRejected('PAYPAL_CERTIFICATE_URL_REFUSED', 'the certificate is not where PayPal keeps its own');
