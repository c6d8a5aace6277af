import type { Provider } from '../../domain/provider.ts';

/**
 * How many calls a provider accepts, if it publishes the figure; all of these count per application, whatever the
 * account. PayPal, Payoneer and eBay's Fulfillment API publish none: their 429 says when there were too many.
 */
export type RateLimit = {
  readonly provider: Provider;
  readonly calls: number;
  readonly seconds: number;
  /** The provider's own document. */
  readonly source: string;
};

const daySeconds = 86_400;
const aliexpressQps = (calls: number): RateLimit => ({
  provider: 'aliexpress',
  calls,
  seconds: 1,
  source: 'AliExpress Open Platform, "API QPS"',
});
const ebayPerDay = (calls: number, source: string): RateLimit => ({
  provider: 'ebay',
  calls,
  seconds: daySeconds,
  source: `eBay Developers Program, "${source}"`,
});

export const rateLimits = {
  'aliexpress.ds.product.get': aliexpressQps(500),
  'aliexpress.ds.order.create': aliexpressQps(150),
  'aliexpress.trade.ds.order.get': aliexpressQps(1_000),
  'aliexpress.ds.freight.query': aliexpressQps(350),
  'aliexpress.ds.order.tracking.get': aliexpressQps(100),
  'aliexpress.ds.address.get': aliexpressQps(4),
  'ebay token client_credentials': ebayPerDay(1_000, 'OAuth rate limits'),
  'ebay token authorization_code': ebayPerDay(10_000, 'OAuth rate limits'),
  'ebay token refresh_token': ebayPerDay(50_000, 'OAuth rate limits'),
  'ebay finances': ebayPerDay(15_000, 'API call limits'),
  // 10,000 in all. Keys have a share of their own: without a key no notification of eBay's can be verified.
  'ebay notification': ebayPerDay(8_000, 'API call limits'),
  'ebay notification key': ebayPerDay(2_000, 'API call limits'),
  'mercadolibre orders/search': {
    provider: 'mercadolibre',
    calls: 100,
    seconds: 60,
    source: 'MercadoLibre Developers, "Orders management": 100 requests a minute',
  },
} as const satisfies Readonly<Record<string, RateLimit>>;

export type LimitName = keyof typeof rateLimits;
export const isLimited = (name: string): name is LimitName => Object.hasOwn(rateLimits, name);
