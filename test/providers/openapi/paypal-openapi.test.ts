/** Covers: providers/paypal/client.ts, providers/paypal/order.ts, providers/paypal/payout.ts. */
import { expect } from 'chai';
import { money } from '../../../domain/money.ts';
import { refundBody } from '../../../providers/paypal/order.ts';
import { payoutBody } from '../../../providers/paypal/payout.ts';
import { usd } from '../../support/money.ts';
import { everyContract } from '../contract/every.ts';
import { buyer, captured, unique } from '../contract/goods.ts';
import { paidParcel } from '../contract/parcels.ts';
import type { Exchange } from '../recorded-http.ts';
import { createClients, type SandboxWorld, startSandboxWorld } from '../sandbox-world.ts';
import { type Document, documentsFolders, readDocuments } from './documents.ts';
import { createJudge, pathBelow } from './judge.ts';
import { knownErrors } from './known-errors.ts';

const documents = readDocuments('paypal');
if (documents) describe('PayPal’s OpenAPI documents', () => against(documents));
else console.warn(`left out: PayPal's OpenAPI documents are not in ${documentsFolders.paypal}`);

function against(documents: readonly Document[]): void {
  const judge = createJudge(documents, { below: '/paypal', refusals: 'by schema' });
  const exchanges: Exchange[] = [];
  const met = new Set<string>();
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
    const seen = exchanges.slice(from).filter(({ url }) => url.startsWith('/paypal') && !isTokenCall(url));
    expect(seen).not.to.deep.equal([]);
    return seen.flatMap(exchange =>
      (['request', 'response'] as const).flatMap(side =>
        judge[side](exchange).flatMap(problem => {
          const operation = `${exchange.method} ${pathOf(exchange.url)}`;
          const known = knownErrors.find(
            error => error.in === side && error.operation.test(operation) && error.problem.test(problem),
          );
          if (known) met.add(known.why);
          return known ? [] : [`${operation} ${side}:${problem}`];
        }),
      ),
    );
  }

  for (const { method, contract, ask } of everyContract.filter(({ provider }) => provider === 'paypal')) {
    it(`agree with what ${method} sends and with what the sandbox answers`, async () => {
      const given = await contract.prepare(world);
      expect(await objections(() => ask(createClients(world.baseUrl), given))).to.deep.equal([]);
    });

    it(`agree with how the sandbox declines ${method}`, async () => {
      const given = await contract.declined.prepare(world);
      const work = () => ask(createClients(world.baseUrl), given).catch(() => undefined);
      const wrongOnPurpose = /page_size|\/v1\/notifications\/webhooks request: \/url/;
      expect((await objections(work)).filter(objection => !wrongOnPurpose.test(objection))).to.deep.equal([]);
    });
  }

  const order = (more: object = {}) => ({
    requestId: unique('request'),
    customId: unique('order'),
    amount: usd(1n),
    description: 'x'.repeat(200),
    quantity: 2,
    shipTo: buyer,
    returnUrl: 'https://shop.example/return',
    cancelUrl: 'https://shop.example/cancel',
    ...more,
  });
  const payout = (receiver: string, minor: bigint, note: string, batchKey = unique('payout')) =>
    payoutBody({ batchKey, receiver, amount: usd(minor), note });

  const more: Record<string, (world: SandboxWorld) => Promise<unknown>> = {
    'an order in yen': ({ paypal }) => paypal.createOrder(order({ amount: money(5000n, 'JPY') })),
    'an order to an address with two lines and no region': ({ paypal }) =>
      paypal.createOrder(order({ shipTo: { ...buyer, line2: 'Apt 4', region: '', country: 'DE' } })),
    'an order for a large amount': ({ paypal }) => paypal.createOrder(order({ amount: usd(999_999_999n) })),
    'a refund with a note': async world => {
      const body = refundBody({ amount: usd(1n), customId: 'r', note: 'n'.repeat(400) });
      return world.paypal.refundCapture(await captured(world), unique('refund'), body);
    },
    'a payout to an account without an e-mail address': async ({ paypal, control }) => {
      await control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '1000000' });
      return paypal.createPayout(payout('QYR5Z8XDVJNXQ', 1n, 'Sale', unique('p'.repeat(200))));
    },
    'a new address of a webhook': async ({ paypal }) => {
      const { id } = await paypal.createWebhook({
        url: 'https://shop.example/old',
        eventTypes: ['BILLING.PLAN.CREATED'],
      });
      await paypal.updateWebhook(id, { url: 'https://shop.example/new' });
      await paypal.deleteWebhook(id);
    },
    ...Object.fromEntries(
      ['Cainiao', 'Yanwen', '4PX', 'YunExpress', 'China Post', 'USPS', 'UPS', 'DHL', 'Somebody else'].map(carrier => [
        `a parcel of ${carrier}`,
        async (world: SandboxWorld) => {
          const { paypalOrderId, body } = await paidParcel(world, carrier);
          return world.paypal.addTracking(paypalOrderId, body);
        },
      ]),
    ),
  };
  for (const [what, work] of Object.entries(more)) {
    it(`agree with ${what}`, async () => {
      expect(await objections(() => work(world))).to.deep.equal([]);
    });
  }

  it('object to what they do not name', async () => {
    const [, given] = ['createOrder', order()];
    const from = exchanges.length;
    await world.paypal.createOrder(given);
    const sent = exchanges.slice(from).find(({ url }) => url.endsWith('/orders'));
    if (!sent) throw new Error('no order was sent');
    const changed = (change: Partial<Exchange>) => judge.request({ ...sent, ...change });
    const body = JSON.parse(sent.requestBody);
    expect(changed({}), 'as it was').to.deep.equal([]);
    for (const [what, change] of Object.entries({
      path: { url: '/paypal/v2/checkout/order' },
      method: { method: 'PUT' },
      query: { url: `${sent.url}?page=1` },
      header: { headers: { ...sent.headers, 'paypal-request-key': '1' } },
      type: { headers: { ...sent.headers, 'content-type': 'text/plain' } },
      'missing property': { requestBody: JSON.stringify({ ...body, intent: undefined }) },
      'unknown property': { requestBody: JSON.stringify({ ...body, intend: 'CAPTURE' }) },
      'unknown property deep inside': {
        requestBody: sent.requestBody.replace('"full_name"', '"fullName"'),
      },
      'wrong value': { requestBody: sent.requestBody.replace('PAY_NOW', 'PAY_LATER') },
      'amount as a number': { requestBody: sent.requestBody.replace('"0.01"', '0.01') },
    } satisfies Record<string, Partial<Exchange>>)) {
      expect(changed(change), what).not.to.deep.equal([]);
    }
  });

  it('have no other errors than those we know, and still have each of them', () => {
    expect([...met].sort()).to.deep.equal(knownErrors.map(({ why }) => why).sort());
  });
}

const pathOf = (url: string): string => pathBelow('/paypal', url);

/** In none of the documents. */
const isTokenCall = (url: string): boolean => pathOf(url) === '/v1/oauth2/token';
