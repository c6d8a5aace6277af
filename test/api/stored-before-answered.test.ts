/** Covers: api/routes/webhooks/receive-event.ts, queues/transact.ts. */
import { expect } from 'chai';
import pg from 'pg';
import type { Backend } from '../../queues/engine/backend.ts';
import { openProducer } from '../../queues/engine/producer.ts';
import { createTransact } from '../../queues/transact.ts';
import { createLogger } from '../../runtime/logger.ts';
import { openStore, type Store } from '../../store/database/open.ts';
import { berlin } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { type Cable, layCable } from './cable.ts';
import { fillCart, wantOne } from './cart.ts';
import { type Api, eventsAt, type Member, openApi } from './open-api.ts';
import { eventsOf, post } from './post-webhook.ts';
import { expectProblem } from './problem.ts';
import { inlineBody, signInline } from './signers.ts';

describe('api: what came in is stored before it is answered', () => {
  let api: Api;
  let cable: Cable;
  let store: Store;
  let pool: pg.Pool;
  let mia: Member;
  before(async () => {
    api = await openApi({
      deps: async (_deps, stage) => {
        cable = await layCable(stage.databaseUrl);
        store = await openStore(cable.url, 8, stage.config.encryptionKeys);
        pool = new pg.Pool({ connectionString: cable.url, max: 2, connectionTimeoutMillis: 5_000 });
        pool.on('error', () => undefined);
        return { store, transact: createTransact(store, stage.producer), ...eventsAt(pool, stage) };
      },
    });
    mia = await api.hire();
  });
  after(async () => {
    await store.close();
    await pool.end();
    await cable[Symbol.asyncDispose]();
    await api[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    api.stage.jobs.length = 0;
    await api.rows('delete from inbound_events');
  });

  const segmentUrl = () => `${api.url}/api/webhooks/mercadolibre/${mia.mercadolibre.segment}`;
  const happens = {
    paypal: async () => {
      const { paypalOrderId } = await fillCart(api, await api.stage.stockUp(mia));
      return () => api.stage.control('approve', { paypalOrderId });
    },
    ebay: async () => () =>
      api.stage.control('orders', {
        marketplace: 'ebay',
        accountId: mia.ebay.accountId,
        currency: 'USD',
        shipTo: berlin,
        lines: [{ legacyItemId: '1', totalMinor: '1' }],
      }),
    mercadolibre: async () => () =>
      api.stage.control('orders', {
        marketplace: 'mercadolibre',
        accountId: mia.mercadolibre.accountId,
        currency: 'CLP',
        shipTo: berlin,
        items: [{ itemId: 'MLC1', unitPriceMinor: '1' }],
        notify: { times: 1, url: segmentUrl() },
      }),
  };

  for (const [source, prepare] of Object.entries(happens)) {
    it(`${source}: while the database is away the sender is refused, tries again, and nothing is lost`, async () => {
      const happen = await prepare();
      await api.call('GET', '/health'); // connections are open when the cable breaks
      await cable.cut();
      const before = api.deliveries.length;
      await api.stage.control('settings', { webhooks: true });
      await happen();
      await until(() => api.deliveries.length >= before + 2, { describe: 'a second try' });
      expect(await eventsOf(api)).to.deep.equal([]);
      await cable.mend();
      const event = await until(async () => (await eventsOf(api))[0], { deadlineMs: 15_000 });
      await api.stage.control('settings', { webhooks: false });
      expect(event).to.include({ source, status: 'RECEIVED' });
      await until(() => api.stage.jobs.length === 1);
    });
  }

  it('an inline order is answered 503 with a time to come back, and taken then', async () => {
    const path = `/api/webhooks/inline/${mia.ebay.id}`;
    const sent = signInline(mia.ebay.webhookSecret, inlineBody());
    await cable.cut();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const answer = await post(api, path, sent);
      expectProblem(answer, 503, 'DATABASE_AWAY');
      expect(answer.headers.get('retry-after')).to.equal('5');
    }
    await cable.mend();
    expect((await post(api, path, sent)).status).to.equal(202);
    expect(await eventsOf(api)).to.have.length(1);
  });

  it('every other route says so too, and works again afterwards', async () => {
    const goods = await api.stage.stockUp(mia);
    const requests = () =>
      [
        api.call('GET', '/health'),
        api.call('GET', '/api/orders', { as: mia }),
        api.call('GET', '/api/products', { as: mia }),
        api.call('POST', '/api/auth/login', { body: { email: 'x@example.com', password: 'x' } }),
        api.call('POST', '/api/paypal/create-order', { body: wantOne(goods) }),
      ] as const;
    await cable.cut();
    for (const answer of await Promise.all(requests())) expectProblem(answer, 503, 'DATABASE_AWAY');
    await cable.mend();
    const statuses = (await Promise.all(requests())).map(({ status }) => status);
    expect(statuses).to.deep.equal([200, 200, 200, 401, 201]);
  });
});

describe('api: what came in is kept while the queue is away', () => {
  it('the sender is thanked, and the sweep finds the event', async () => {
    const away = async () => {
      throw new Error('Redis is away');
    };
    const queue = { on: () => queue, add: away, getJobState: async () => 'unknown', close: async () => undefined };
    const backend = { openQueue: () => queue, close: async () => undefined } as unknown as Backend;
    const producer = openProducer(backend, createLogger('test', 'silent'));
    let pool: pg.Pool | undefined;
    await using api = await openApi({
      deps: (_deps, stage) => {
        pool = new pg.Pool({ connectionString: stage.databaseUrl, max: 1 });
        return eventsAt(pool, { ...stage, producer });
      },
    });
    const mia = await api.hire();
    const path = `/api/webhooks/inline/${mia.ebay.id}`;
    expect((await post(api, path, signInline(mia.ebay.webhookSecret, inlineBody()))).status).to.equal(202);
    expect(api.stage.jobs).to.deep.equal([]);
    expect((await eventsOf(api)).map(({ status }) => status)).to.deep.equal(['RECEIVED']);
    const answers = await api.stage.sweepAndDrain();
    expect(answers.filter(answer => answer.startsWith('import-order: '))).to.have.length(1);
    expect((await eventsOf(api)).map(({ status }) => status)).to.deep.equal(['APPLIED']);
    await producer.close();
    await pool?.end();
  });
});
