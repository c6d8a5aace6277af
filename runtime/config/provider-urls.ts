import Joi from 'joi';
import type { Environment } from './environment.ts';

/** Which of a provider's two environments the credentials belong to. */
export type ProviderEnvironment = 'sandbox' | 'production';

type OwnUrls = { readonly production: string; readonly sandbox?: string };

/** The providers' own addresses. MercadoLibre and AliExpress have no sandbox. */
const ownUrls = {
  PAYPAL_BASE_URL: { production: 'https://api-m.paypal.com', sandbox: 'https://api-m.sandbox.paypal.com' },
  EBAY_BASE_URL: { production: 'https://api.ebay.com', sandbox: 'https://api.sandbox.ebay.com' },
  MERCADOLIBRE_BASE_URL: { production: 'https://api.mercadolibre.com' },
  ALIEXPRESS_BASE_URL: { production: 'https://api-sg.aliexpress.com' },
  ALIEXPRESS_SHOP_URL: { production: 'https://www.aliexpress.com' },
  PAYONEER_BASE_URL: { production: 'https://api.payoneer.com', sandbox: 'https://api.sandbox.payoneer.com' },
  PAYONEER_LOGIN_URL: { production: 'https://login.payoneer.com', sandbox: 'https://login.sandbox.payoneer.com' },
} satisfies Record<string, OwnUrls>;

export type UrlVariable = keyof typeof ownUrls;

const meanings: Record<UrlVariable, string> = {
  PAYPAL_BASE_URL: 'PayPal’s API.',
  EBAY_BASE_URL: 'eBay’s API.',
  MERCADOLIBRE_BASE_URL: 'MercadoLibre’s API.',
  ALIEXPRESS_BASE_URL: 'AliExpress’s API.',
  ALIEXPRESS_SHOP_URL: 'AliExpress’s website, for buying in a browser.',
  PAYONEER_BASE_URL: 'Payoneer’s API.',
  PAYONEER_LOGIN_URL: 'Payoneer’s log-in, which gives out tokens.',
};

/** Where our own sandbox simulates each provider. */
const simulatorPaths: Record<UrlVariable, string> = {
  PAYPAL_BASE_URL: '/paypal',
  EBAY_BASE_URL: '/ebay',
  MERCADOLIBRE_BASE_URL: '/mercadolibre',
  ALIEXPRESS_BASE_URL: '/aliexpress',
  ALIEXPRESS_SHOP_URL: '/shop',
  PAYONEER_BASE_URL: '/payoneer',
  PAYONEER_LOGIN_URL: '/payoneer/login',
};

export const urlVariables = Object.keys(ownUrls) as readonly UrlVariable[];
export const simulatorUrl = (variable: UrlVariable, sandboxPort: number): string =>
  `http://127.0.0.1:${sandboxPort}${simulatorPaths[variable]}`;

/** The one address allowed where real credentials or real money could reach another; undefined when any is allowed. */
function requiredUrl(variable: UrlVariable, env: Environment): string | undefined {
  const own: OwnUrls = ownUrls[variable];
  const world = env[variable.replace(/_(BASE|LOGIN|SHOP)_URL$/, '_ENVIRONMENT')];
  if (world === 'production') return own.production;
  return env.NODE_ENV === 'production' ? (own.sandbox ?? own.production) : undefined;
}

/** A base URL, without a slash at its end. Left out, it is the provider's own where that is required, else the simulator's. */
export function urlSchema(variable: UrlVariable, env: Environment): Joi.StringSchema {
  const required = requiredUrl(variable, env);
  const meaning = `${meanings[variable]} Left out, it is the sandbox’s (in production the provider’s own).`;
  const withoutSlash = (text: string) => text.replace(/\/+$/, '');
  if (!required) {
    return Joi.string()
      .uri({ scheme: ['http', 'https'] })
      .custom(withoutSlash)
      .description(meaning);
  }
  return Joi.string()
    .custom((text: string, { error }) => (withoutSlash(text) === required ? required : error('url.foreign')))
    .default(required)
    .messages({ 'url.foreign': `{#label} must be ${required} here: nothing else may get these credentials` })
    .description(meaning);
}

/** True when calls to this address will go to our own sandbox, so its credentials may be invented. */
export function usesSimulator(variable: UrlVariable, env: Environment): boolean {
  if (requiredUrl(variable, env)) return false;
  const url = env[variable];
  return !url || url.startsWith(`http://127.0.0.1:${env.SANDBOX_PORT || 3002}/`);
}

/** Whether our own sandbox runs beside us. */
export const simulatesAny = (env: Environment): boolean => urlVariables.some(variable => usesSimulator(variable, env));

/** True when an address is the provider's own production one. */
export const isProductionUrl = (variable: UrlVariable, url: string): boolean => ownUrls[variable].production === url;
