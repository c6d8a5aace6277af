/** Covers: providers/aliexpress/client.ts, providers/ebay/client.ts, providers/mercadolibre/client.ts, providers/payoneer/client.ts, providers/paypal/client.ts. */
import { expect } from 'chai';
import { money } from '../../../domain/money.ts';
import { createAliExpressClient } from '../../../providers/aliexpress/client.ts';
import { createEbayClient } from '../../../providers/ebay/client.ts';
import { createMercadoLibreClient } from '../../../providers/mercadolibre/client.ts';
import { createPayoneerClient } from '../../../providers/payoneer/client.ts';
import { createPayPalClient } from '../../../providers/paypal/client.ts';
import { failureOf } from '../thrown-by.ts';
import { buyer } from './goods.ts';

/**
 * The part of the contract that can be held against the providers themselves: what succeeds, what is declined and what
 * a wrong token gives. It reads, and creates one PayPal sandbox order that nobody pays. A provider's tests are there when
 * these are set:
 *
 * - PayPal, an application of the sandbox: `REAL_PAYPAL_CLIENT_ID`, `REAL_PAYPAL_CLIENT_SECRET`
 * - eBay, a keyset and a seller of the sandbox: `REAL_EBAY_CLIENT_ID`, `REAL_EBAY_CLIENT_SECRET`, `REAL_EBAY_ACCESS_TOKEN`
 * - MercadoLibre, which has test users instead of a sandbox: `REAL_MERCADOLIBRE_CLIENT_ID`,
 *   `REAL_MERCADOLIBRE_CLIENT_SECRET`, `REAL_MERCADOLIBRE_ACCESS_TOKEN`, `REAL_MERCADOLIBRE_USER_ID`
 * - AliExpress, the loan test account of the console: `REAL_ALIEXPRESS_APP_KEY`, `REAL_ALIEXPRESS_APP_SECRET`,
 *   `REAL_ALIEXPRESS_ACCESS_TOKEN`
 * - Payoneer, a program of the sandbox: `REAL_PAYONEER_CLIENT_ID`, `REAL_PAYONEER_CLIENT_SECRET`,
 *   `REAL_PAYONEER_PROGRAM_ID`
 *
 * The hosts are written here, so that no credentials of a live account can be used by mistake where there is a sandbox.
 */

/** `REAL_EBAY_CLIENT_ID` of `EBAY` and `CLIENT_ID`; nothing unless all are set. */
function credentials<Name extends string>(provider: string, ...names: Name[]): Record<Name, string> | undefined {
  const found = names.map(name => [name, process.env[`REAL_${provider}_${name}`]] as const);
  if (found.every(([, value]) => value)) return Object.fromEntries(found) as Record<Name, string>;
  if (found.some(([, value]) => value)) console.warn(`left out: ${provider} has some of its REAL_… variables, not all`);
  return undefined;
}

type Case = {
  /** Of the contract: what it is about. */
  what: string;
  ask: () => Promise<unknown>;
  /** The answer's own test, or the failure that is due. */
  is: RegExp | ((answer: unknown) => void);
};

function hold(provider: string, cases: readonly Case[]): void {
  describe(`${provider} itself`, function () {
    this.timeout(60_000);
    for (const { what, ask, is } of cases)
      it(what, async () => {
        if (is instanceof RegExp) expect(await failureOf(ask)).to.match(is);
        else is(await ask());
      });
  });
}

const answers = (): void => {};
const nothing = (answer: unknown): void => {
  expect(answer).to.equal(undefined);
};
const lastDay = () => ({ from: new Date(Date.now() - 86_400_000), to: new Date() });

const paypal = credentials('PAYPAL', 'CLIENT_ID', 'CLIENT_SECRET');
if (paypal) {
  const baseUrl = 'https://api-m.sandbox.paypal.com';
  const client = createPayPalClient({ baseUrl, clientId: paypal.CLIENT_ID, clientSecret: paypal.CLIENT_SECRET });
  const stranger = createPayPalClient({ baseUrl, clientId: paypal.CLIENT_ID, clientSecret: 'wrong' });
  const key = `contract-${Date.now()}`;
  const urls = { returnUrl: 'https://shop.example/return', cancelUrl: 'https://shop.example/cancel' };
  const amount = money(100n, 'USD');
  const order = { requestId: key, customId: key, amount, description: 'Lamp', quantity: 1, shipTo: buyer, ...urls };
  hold('PayPal', [
    {
      what: 'gives the same order for the same key, and shows it',
      ask: async () => {
        const [first, second] = [await client.createOrder(order), await client.createOrder(order)];
        expect(second).to.deep.equal(first);
        return client.getOrder(first.paypalOrderId);
      },
      is: found => expect(found).to.deep.include({ customId: key, captures: [] }),
    },
    {
      what: 'takes nothing before the buyer has approved',
      ask: async () => client.captureOrder((await client.createOrder(order)).paypalOrderId, `${key}-capture`),
      is: /^retryable PAYPAL_(ORDER_NOT_APPROVED|PAYER_ACTION_REQUIRED)$/,
    },
    { what: 'does not know an order that is not there', ask: () => client.getOrder('5O190127TN364715T'), is: nothing },
    {
      what: 'does not know a payout that is not there',
      ask: () => client.getPayoutBatch('5O190127TN364715T'),
      is: /^retryable PAYPAL_RESOURCE_NOT_FOUND$/,
    },
    { what: 'lists webhooks', ask: () => client.listWebhooks(), is: answers },
    { what: 'lists events', ask: () => client.listWebhookEvents({ ...lastDay(), pageSize: 10 }), is: answers },
    { what: 'lists disputes', ask: () => client.listDisputes({ ...lastDay(), pageSize: 10 }), is: answers },
    { what: 'tells its balances', ask: () => client.getBalances(), is: answers },
    { what: 'refuses a wrong secret', ask: () => stranger.getBalances(), is: /^terminal PAYPAL_INVALID_CLIENT$/ },
  ]);
}

const ebay = credentials('EBAY', 'CLIENT_ID', 'CLIENT_SECRET', 'ACCESS_TOKEN');
if (ebay) {
  const baseUrl = 'https://api.sandbox.ebay.com';
  const client = createEbayClient({ baseUrl, clientId: ebay.CLIENT_ID, clientSecret: ebay.CLIENT_SECRET });
  const [token, wrong] = [{ accessToken: ebay.ACCESS_TOKEN }, { accessToken: 'wrong' }];
  const search = { lastModifiedFrom: lastDay().from, lastModifiedTo: lastDay().to, limit: 10, offset: 0 };
  hold('eBay', [
    { what: 'lists orders', ask: () => client.getOrders(token, search), is: answers },
    {
      what: 'does not know an order that is not there',
      ask: () => client.getOrder(token, '01-00000-00001'),
      is: /EBAY_32100$/,
    },
    {
      what: 'does not know a key that is made up',
      ask: () => client.publicKey('9936261a-7d7b-4621-a0f1-96ccb428af49'),
      is: /EBAY_195001$/,
    },
    {
      what: 'refuses a wrong token',
      ask: () => client.getOrders(wrong, search),
      is: /^retryable ACCESS_TOKEN_REFUSED$/,
    },
    {
      what: 'refuses a refresh token that is none',
      ask: () => client.refreshToken('wrong', ['https://api.ebay.com/oauth/api_scope']),
      is: /^terminal EBAY_INVALID_GRANT$/,
    },
  ]);
}

const mercadolibre = credentials('MERCADOLIBRE', 'CLIENT_ID', 'CLIENT_SECRET', 'ACCESS_TOKEN', 'USER_ID');
if (mercadolibre) {
  const { CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, USER_ID: sellerId } = mercadolibre;
  const client = createMercadoLibreClient({ baseUrl: 'https://api.mercadolibre.com', clientId, clientSecret });
  const [token, wrong] = [{ accessToken: mercadolibre.ACCESS_TOKEN }, { accessToken: 'wrong' }];
  const search = { sellerId, status: 'paid', ...lastDay(), limit: 10, offset: 0 } as const;
  hold('MercadoLibre', [
    { what: 'finds orders', ask: () => client.searchOrders(token, search), is: answers },
    { what: 'lists missed feeds', ask: () => client.missedFeeds(token, { limit: 10, offset: 0 }), is: answers },
    {
      what: 'does not show an order that is not there',
      ask: () => client.getOrder(token, '1'),
      is: /^(retryable|terminal) MERCADOLIBRE_/,
    },
    {
      what: 'refuses a wrong token',
      ask: () => client.searchOrders(wrong, search),
      is: /^retryable ACCESS_TOKEN_REFUSED$/,
    },
  ]);
}

const aliexpress = credentials('ALIEXPRESS', 'APP_KEY', 'APP_SECRET', 'ACCESS_TOKEN');
if (aliexpress) {
  const baseUrl = 'https://api-sg.aliexpress.com';
  const client = createAliExpressClient({ baseUrl, appKey: aliexpress.APP_KEY, appSecret: aliexpress.APP_SECRET });
  const [token, wrong] = [{ accessToken: aliexpress.ACCESS_TOKEN }, { accessToken: 'wrong' }];
  hold('AliExpress', [
    {
      what: 'names the provinces of Brazil',
      ask: () => client.getAddress(token, 'BR'),
      is: found => expect(found).to.have.length.above(20),
    },
    {
      what: 'has no parcels of an order that is not there',
      ask: () => client.getTracking(token, '8190000000000001'),
      is: found => expect(found).to.deep.equal([]),
    },
    {
      what: 'does not show an order of somebody else',
      ask: () => client.getOrder(token, '8190000000000001'),
      is: /^terminal ALIEXPRESS_ISV_/,
    },
    {
      what: 'refuses a wrong token',
      ask: () => client.getAddress(wrong, 'BR'),
      is: /^retryable ACCESS_TOKEN_REFUSED$/,
    },
    {
      what: 'refuses a code that is none',
      ask: () => client.createToken('0_wrong'),
      is: /^terminal ALIEXPRESS_INVALID_CODE$/,
    },
  ]);
}

const payoneer = credentials('PAYONEER', 'CLIENT_ID', 'CLIENT_SECRET', 'PROGRAM_ID');
if (payoneer) {
  const urls = { baseUrl: 'https://api.sandbox.payoneer.com', loginUrl: 'https://login.sandbox.payoneer.com' };
  const ours = { ...urls, clientId: payoneer.CLIENT_ID, programId: payoneer.PROGRAM_ID };
  const client = createPayoneerClient({ ...ours, clientSecret: payoneer.CLIENT_SECRET });
  const stranger = createPayoneerClient({ ...ours, clientSecret: 'wrong' });
  hold('Payoneer', [
    { what: 'tells its balance', ask: () => client.getBalance(), is: answers },
    {
      what: 'does not know a payout that is not there',
      ask: () => client.getPayoutStatus(`nobody-${Date.now()}`),
      is: nothing,
    },
    { what: 'refuses a wrong secret', ask: () => stranger.getBalance(), is: /^terminal PAYONEER_/ },
  ]);
}

if (!paypal && !ebay && !mercadolibre && !aliexpress && !payoneer)
  console.warn('left out: the contract against the providers themselves, because no REAL_… credentials are set');
