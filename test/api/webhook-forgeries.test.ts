/** Covers: api/routes/webhooks/routes.ts, providers/webhook/signing-keys.ts. */
import { expect } from 'chai';
import fc from 'fast-check';
import { createEbayClient } from '../../providers/ebay/client.ts';
import { berlin } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { fillCart } from './cart.ts';
import { leavesNothing } from './footprint.ts';
import {
  couldBeGenuine,
  type Forgery,
  forge,
  forgery,
  type Kind,
  kind,
  kinds,
  type Originals,
  type Webhook,
} from './forgeries.ts';
import { type Api, type Member, openApi } from './open-api.ts';
import { delivered, eventsOf, post } from './post-webhook.ts';
import { expectProblem } from './problem.ts';
import { inlineBody, signInline, signIpcn } from './signers.ts';

const seed = 20_261_120;
const runs = 600;
const segment = 'an-unguessable-segment-of-forty-characters';
const payoneerSecret = 'given out by Payoneer';

describe(`api: ${runs} forged webhooks`, () => {
  let api: Api;
  let mia: Member;
  let tom: Member;
  let originals: Originals;

  before(async () => {
    api = await openApi({
      env: { ALIEXPRESS_WEBHOOK_SEGMENT: segment, PAYONEER_WEBHOOK_SECRET: payoneerSecret },
      // Made-up keys are asked for each time: here the limit on them would answer instead of the signature.
      deps: ({ config }) => ({ ebayKeys: { keyFor: createEbayClient(config.ebay).publicKey, heard: () => undefined } }),
    });
    [mia, tom] = [await api.hire(), await api.hire()];
    originals = await collect();
  });
  after(() => api[Symbol.asyncDispose]());

  const accountOf = async ({ aliexpress }: Member): Promise<string> =>
    (await api.rows('select account_id from api_credentials where id = ?', [aliexpress]))[0].account_id;

  async function collect(): Promise<Originals> {
    const { control } = api.stage;
    const { paypalOrderId } = await fillCart(api, await api.stage.stockUp(mia));
    const [paypal] = (await delivered(api, () => control('approve', { paypalOrderId }))) as [Webhook];
    const [ebay] = (await delivered(api, () => control('orders', ebayOrder()))) as [Webhook];
    const path = ({ mercadolibre }: Member) => `/api/webhooks/mercadolibre/${mercadolibre.segment}`;
    const [mercadolibre] = (await delivered(api, () => control('orders', mercadoLibreOrder(api.url + path(mia))))) as [
      Webhook,
    ];
    await until(() => api.stage.jobs.length === 3);
    await forget();
    const account = await accountOf(mia);
    const message = `{"data":{"orderId":9007199254740993,"orderStatus":"OrderShipped"},"message_type":53,"seller_id":"${account}"}`;
    const ipcn = (event: string) => `/api/webhooks/payoneer/${event}`;
    return {
      genuine: {
        paypal,
        ebay,
        mercadolibre,
        aliexpress: {
          path: `/api/webhooks/aliexpress/${segment}`,
          headers: { 'content-type': 'application/json' },
          body: Buffer.from(message),
        },
        payoneer: {
          path: ipcn('cancel-payout'),
          ...signIpcn(payoneerSecret, api.url + ipcn('cancel-payout'), { IntPaymentId: 'leg-1' }),
        },
        inline: { path: `/api/webhooks/inline/${mia.ebay.id}`, ...signInline(mia.ebay.webhookSecret, inlineBody()) },
      },
      elsewhere: {
        paypal: '/api/webhooks/ebay',
        ebay: '/api/webhooks/paypal',
        mercadolibre: path(tom),
        aliexpress: `/api/webhooks/aliexpress/${segment}0`,
        payoneer: ipcn('sent-to-bank'),
        inline: `/api/webhooks/inline/${tom.ebay.id}`,
      },
      tenants: { mercadolibre: mia.mercadolibre.accountId, aliexpress: account },
    };
  }

  const ebayOrder = () => ({
    marketplace: 'ebay',
    accountId: mia.ebay.accountId,
    currency: 'USD',
    shipTo: berlin,
    lines: [{ legacyItemId: '110551234567', totalMinor: '2999' }],
  });
  const mercadoLibreOrder = (url: string) => ({
    marketplace: 'mercadolibre',
    accountId: mia.mercadolibre.accountId,
    currency: 'CLP',
    shipTo: berlin,
    items: [{ itemId: 'MLC123456789', unitPriceMinor: '29990' }],
    notify: { times: 1, url },
  });
  const forget = async () => {
    api.stage.jobs.length = 0;
    await api.rows('delete from inbound_events');
  };
  const stored = async (): Promise<number> => (await eventsOf(api)).length;

  /** How often each route refused each kind of forgery, and with what. */
  const refused = new Map<Kind, Map<string, number>>();
  const count = (of: Kind, what: string) => {
    const row = refused.get(of) ?? new Map<string, number>();
    refused.set(of, row.set(what, (row.get(what) ?? 0) + 1));
  };

  async function expectForgeryRefused(of: Kind, plan: Forgery): Promise<void> {
    const forged = forge(of, plan, originals);
    fc.pre(!couldBeGenuine(of, forged, originals));
    const answer = await post(api, forged.path, forged);
    expect(answer.status, `${of}: ${answer.text}`).to.be.within(400, 499);
    expectProblem(answer, answer.status, /^[A-Z][A-Z_]+$/);
    expect(await stored(), 'stored').to.equal(0);
    expect(api.stage.jobs, 'to do').to.deep.equal([]);
    count(of, plan.how);
    count(of, `HTTP ${answer.status}`);
  }

  /** Between them the genuine one comes, and is taken: refusing everything would be no defence. */
  async function expectGenuineTaken(of: Kind): Promise<void> {
    const sent = originals.genuine[of];
    expect((await post(api, sent.path, sent)).status, `genuine ${of}`).to.be.within(200, 299);
    expect(await stored(), 'stored').to.equal(1);
    expect(api.stage.jobs, 'to do').to.have.length(1);
    await forget();
    count(of, 'genuine, taken');
  }

  it('are all refused with a 4xx, between genuine ones that are taken; nothing changes', async function () {
    this.timeout(180_000);
    await leavesNothing(api, () =>
      fc.assert(
        fc.asyncProperty(kind, forgery, fc.nat({ max: 7 }), async (of, plan, neighbour) => {
          await expectForgeryRefused(of, plan);
          if (neighbour === 0) await expectGenuineTaken(of);
        }),
        { numRuns: runs, seed },
      ),
    );
    const table = Object.fromEntries([...refused].map(([of, row]) => [of, Object.fromEntries([...row].sort())]));
    process.stdout.write(`${JSON.stringify({ forgeries: runs, seed, refused: table })}\n`);
    for (const of of kinds) {
      expect(refused.get(of)?.size, of).to.be.greaterThan(6);
      expect(refused.get(of)?.get('genuine, taken'), of).to.be.greaterThan(0);
    }
  });

  it('and the six that they were made from are taken, once each', async () => {
    for (let twice = 0; twice < 2; twice += 1)
      for (const sent of Object.values(originals.genuine))
        expect((await post(api, sent.path, sent)).status).to.be.within(200, 299);
    expect((await eventsOf(api)).map(({ source }) => source).sort()).to.deep.equal([...kinds].sort());
    expect(api.stage.jobs).to.have.length(6);
  });
});
