/** Covers: providers/ebay/client.ts, providers/ebay/consent.ts, providers/ebay/fulfillment.ts. */
import { expect } from 'chai';
import { createEbayConsent } from '../../../providers/ebay/consent.ts';
import { fulfillmentBody } from '../../../providers/ebay/fulfillment.ts';
import { everyContract } from '../contract/every.ts';
import { account, ebayOrder, unique } from '../contract/goods.ts';
import type { Exchange } from '../recorded-http.ts';
import { createClients, credentials, type SandboxWorld, startSandboxWorld } from '../sandbox-world.ts';
import { type Document, documentsFolders, readDocuments } from './documents.ts';
import { createJudge, pathBelow } from './judge.ts';

const documents = readDocuments('ebay');
if (documents) describe('eBay’s OpenAPI documents', () => against(documents));
else console.warn(`left out: eBay's OpenAPI documents are not in ${documentsFolders.ebay}`);

const pathOf = (url: string): string => pathBelow('/ebay', url);

/** In none of the documents: OAuth, and the page where sellers consent. */
const isUndocumented = (url: string): boolean => /^\/(identity\/v1\/oauth2|oauth2)\//.test(pathOf(url));

function against(documents: readonly Document[]): void {
  const judge = createJudge(documents, { below: '/ebay', refusals: 'by number' });
  const exchanges: Exchange[] = [];
  let world: SandboxWorld;
  before(async () => {
    world = await startSandboxWorld(exchanges);
  });
  afterEach(() => world.clearFaults());
  after(() => world[Symbol.asyncDispose]());

  /** What the documents have against everything that went over the wire during the work. */
  async function objections(work: () => Promise<unknown>): Promise<string[]> {
    const from = exchanges.length;
    await work();
    const seen = exchanges.slice(from).filter(({ url }) => url.startsWith('/ebay') && !isUndocumented(url));
    expect(seen).not.to.deep.equal([]);
    return seen.flatMap(exchange =>
      (['request', 'response'] as const).flatMap(side =>
        judge[side](exchange).map(problem => `${exchange.method} ${pathOf(exchange.url)} ${side}:${problem}`),
      ),
    );
  }

  for (const { method, contract, ask } of everyContract.filter(({ provider }) => provider === 'ebay')) {
    if (method === 'refreshToken') continue; // OAuth
    it(`agree with what ${method} sends and with what the sandbox answers`, async () => {
      const given = await contract.prepare(world);
      expect(await objections(() => ask(createClients(world.baseUrl), given))).to.deep.equal([]);
    });

    it(`agree with how the sandbox declines ${method}`, async () => {
      const given = await contract.declined.prepare(world);
      const work = () => ask(createClients(world.baseUrl), given).catch(() => undefined);
      expect(await objections(work)).to.deep.equal([]);
    });
  }

  const shipTo = {
    fullName: 'A B',
    line1: '1 St',
    line2: 'c/o',
    city: 'X',
    region: 'Y',
    postalCode: '1',
    country: 'US',
  };
  const line = { legacyItemId: '1', totalMinor: '2599', deliveryMinor: '599', collectedTaxMinor: '208' };
  const reading = async (order: object, change?: object) => {
    const { seller, orderId } = await ebayOrder(world, {
      lines: [line, { ...line, variationId: '7', sku: 'S' }],
      ...order,
    });
    if (change) await patch(orderId, change);
    return () => world.ebay.getOrder(seller, orderId);
  };
  const patch = async (orderId: string, change: object) => {
    const answer = await fetch(`${world.baseUrl}/_control/orders/ebay/${orderId}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
    });
    expect(answer.status).to.equal(200);
  };

  const orders: Readonly<Record<string, () => Promise<() => Promise<unknown>>>> = {
    'an order to an address with everything': () => reading({ shipTo: { ...shipTo, phone: '+1 555', email: 'a@b.c' } }),
    'an order without an address': () => reading({ shipTo: null }),
    'an order that is not paid': () => reading({ paymentStatus: 'PENDING' }),
    'an order whose payment failed': () => reading({ paymentStatus: 'FAILED' }),
    'an order that is being cancelled': () => reading({ cancelState: 'IN_PROGRESS' }),
    'an order of which a line and the whole were refunded': () =>
      reading(
        {},
        {
          paymentStatus: 'PARTIALLY_REFUNDED',
          refunds: [{ amountMinor: '500' }, { amountMinor: '100', status: 'PENDING' }],
        },
      ),
    'an order whose money is held': () => reading({}, { holds: [{ reason: 'EbpCaseOpen', state: 'HELD' }] }),
    'an order that eBay sends': () => reading({ delivery: { fulfilledBy: 'EBAY' } }),
    'an order with eBay’s label': () => reading({ delivery: { labelBy: 'EBAY' } }),
    'an order that is picked up': () => reading({ delivery: { instructions: 'PREPARE_FOR_PICKUP' } }),
    'an order in yen': () => reading({ currency: 'JPY' }),
    'a parcel of all lines, and the order that it is of': async () => {
      const { seller, orderId } = await ebayOrder(world, { lines: [{ ...line, lineItemId: '10000000000001' }] });
      const body = fulfillmentBody({
        lines: [{ lineItemId: '10000000000001', quantity: 1 }],
        shippedAt: new Date(),
        carrier: 'USPS',
        trackingNumber: unique('LP 1-'),
      });
      return async () => {
        await world.ebay.createShippingFulfillment(seller, orderId, body);
        await world.ebay.getShippingFulfillments(seller, orderId);
        await world.ebay.getOrder(seller, orderId);
      };
    },
    'an account whose token has ended': async () => {
      const seller = await account(world, 'ebay', { expired: true });
      return () => world.ebay.getOrder(seller, '01-00000-00001').catch(() => undefined);
    },
    'an account whose consent lacks a scope': async () => {
      const seller = await account(world, 'ebay');
      return () => world.ebay.notifications.listSubscriptions(seller).catch(() => undefined);
    },
  };
  for (const [what, prepare] of Object.entries(orders))
    it(`agree with ${what}`, async () => expect(await objections(await prepare())).to.deep.equal([]));

  it('agree with how a seller’s notifications are set up, kept up and tested', async () => {
    const { notifications } = world.ebay;
    const seller = await subscriber();
    const endpoint = `${world.apiUrl}/api/webhooks/ebay`;
    const facts = { name: 'orders', endpoint, verificationToken: credentials.ebay.verificationToken };
    const refused = () => undefined;
    const work = async () => {
      await notifications.listDestinations();
      await notifications.createDestination(facts).catch(refused); // no alert address yet
      await notifications.setAlertEmail('nobody').catch(refused);
      await notifications.setAlertEmail('ops@example.com');
      await notifications.createDestination(facts).catch(refused); // the endpoint answers no challenge
      await notifications.enableDestination('gone', facts).catch(refused);
      await notifications.createDestination({ ...facts, name: '' }).catch(refused);
      await notifications.createDestination({ ...facts, endpoint: 'nowhere' }).catch(refused);
      await notifications.createDestination({ ...facts, verificationToken: 'wrong' }).catch(refused);
      await notifications.listSubscriptions(seller);
      await notifications.createSubscription(seller, { topic: 'NO_TOPIC', destinationId: 'x' }).catch(refused);
      await notifications
        .createSubscription(seller, { topic: 'ORDER_CONFIRMATION', destinationId: 'gone' })
        .catch(refused);
      await notifications.enableSubscription(seller, 'gone').catch(refused);
      await notifications.testSubscription(seller, 'gone').catch(refused);
    };
    expect(await objections(work)).to.deep.equal([]);
  });

  it('agree with how a seller is asked who they are', async () => {
    const consent = createEbayConsent({ baseUrl: `${world.baseUrl}/ebay`, ...credentials.ebay });
    const code = await consented(
      consent.pageUrl({ state: 's', codeChallenge: 'x', redirectUri: 'x', country: undefined }),
    );
    expect(await objections(() => consent.exchange({ code, codeVerifier: '', redirectUri: '' }))).to.deep.equal([]);
  });

  /** What eBay's page sends back once somebody has said yes. */
  async function consented(page: string): Promise<string> {
    await world.control('settings', { autoConsent: unique('seller') });
    const answer = await fetch(page, { redirect: 'manual' });
    await world.control('settings', { autoConsent: '' });
    return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
  }

  async function subscriber() {
    const consent = createEbayConsent({ baseUrl: `${world.baseUrl}/ebay`, ...credentials.ebay });
    const code = await consented(
      consent.pageUrl({ state: 's', codeChallenge: 'x', redirectUri: 'x', country: undefined }),
    );
    const { accessToken, accountId } = await consent.exchange({ code, codeVerifier: '', redirectUri: '' });
    return { accessToken, account: accountId };
  }

  it('object to what they do not name', async () => {
    const { seller, orderId } = await ebayOrder(world, { lines: [{ ...line, lineItemId: '10000000000002' }] });
    const body = fulfillmentBody({
      lines: [{ lineItemId: '10000000000002', quantity: 1 }],
      shippedAt: new Date(),
      carrier: 'USPS',
      trackingNumber: unique('LP'),
    });
    const from = exchanges.length;
    await world.ebay.createShippingFulfillment(seller, orderId, body);
    await world.ebay.getOrder(seller, orderId);
    const [sent, read] = exchanges.slice(from).filter(({ url }) => url.includes(orderId));
    if (!sent || !read) throw new Error('nothing was sent');
    expect([judge.request(sent), judge.response(read)], 'as they were').to.deep.equal([[], []]);
    for (const [what, change] of Object.entries({
      path: { url: sent.url.replace('shipping_fulfillment', 'shipping_fulfilment') },
      method: { method: 'DELETE' },
      query: { url: `${sent.url}?limit=1` },
      header: { headers: { ...sent.headers, 'x-ebay-something': '1' } },
      type: { headers: { ...sent.headers, 'content-type': 'text/plain' } },
      'unknown property': { requestBody: sent.requestBody.replace('trackingNumber', 'tracking_number') },
      'unknown property deep inside': { requestBody: sent.requestBody.replace('"quantity"', '"count"') },
      'number as a text': { requestBody: sent.requestBody.replace('"quantity":1', '"quantity":"1"') },
    } satisfies Record<string, Partial<Exchange>>))
      expect(judge.request({ ...sent, ...change }), what).not.to.deep.equal([]);
    for (const [what, responseBody] of Object.entries({
      'unknown property': read.responseBody.replace('"orderId"', '"order_id"'),
      'amount as a number': read.responseBody.replace(/"value":"([\d.]+)"/, '"value":$1'),
    }))
      expect(judge.response({ ...read, responseBody }), what).not.to.deep.equal([]);
    const refusal = { status: 400, responseBody: '{"errors":[{"errorId":99999,"domain":"API_FULFILLMENT"}]}' };
    expect(judge.response({ ...read, ...refusal }), 'unknown number').not.to.deep.equal([]);
  });
}
