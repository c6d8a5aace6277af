/** Covers: runtime/logger.ts, store/connections/credentials.ts. */
import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { expect } from 'chai';
import pg from 'pg';
import request from 'supertest';
import { createDashboard } from '../../dashboard/app.ts';
import { createLogger, type Logger } from '../../runtime/logger.ts';
import { hashPassword } from '../../runtime/secrets/password.ts';
import { findCredential, openSecrets } from '../../store/connections/credentials.ts';
import { scheduleRates } from '../../store/money/rate-feeds.ts';
import { openProviders } from '../../workers/context/providers.ts';
import { approvedCart, capture } from '../api/cart.ts';
import { type Api, type Member, openApi } from '../api/open-api.ts';
import { post } from '../api/post-webhook.ts';
import { inlineBody, signInline } from '../api/signers.ts';
import { backendNames, describeOn, redisUrlOn } from '../support/backends.ts';
import { until } from '../support/until.ts';
import { hintOf, placeOnEbay, placeOnMercadoLibre, santiago } from '../workers/workbench.ts';
import { canary, consentsOf } from './consents.ts';
import { allKeys, allTables, findAll, type Haystack } from './haystack.ts';
import { openWorks } from './works.ts';

/** Each is what opens something; the settings are the rest of what the processes are told. */
const secretVariables = [
  'JWT_SECRET',
  'PAYPAL_CLIENT_SECRET',
  'EBAY_CLIENT_SECRET',
  'MERCADOLIBRE_CLIENT_SECRET',
  'ALIEXPRESS_APP_SECRET',
  'PAYONEER_CLIENT_SECRET',
];

/** What is answered with a refusal that repeats our whole request: the statuses that mean different things to us. */
const echoed: Readonly<Record<string, readonly string[]>> = {
  paypal: [
    'token',
    'create-order',
    'get-order',
    'capture',
    'get-capture',
    'balances',
    'create-payout',
    'get-payout',
    'track',
  ],
  ebay: ['token', 'get-order', 'shipping-fulfillment', 'list-fulfillments'],
  mercadolibre: ['token', 'get-order', 'get-shipment', 'seller-notification'],
  aliexpress: ['token-refresh', 'product-get', 'freight-query', 'order-create', 'order-get', 'tracking-get'],
  payoneer: ['token', 'create-payout', 'payout-status', 'balance'],
  fx: ['latest'],
};

for (const backend of backendNames)
  describeOn(backend, `what is secret, after a road with every kind of failure on ${backend}`, function () {
    this.timeout(120_000);
    const secrets = new Map<string, string>();
    const lines: string[] = [];
    let api: Api;
    let redisUrl: string | undefined;
    let written: Haystack;
    let log: Logger;
    /** What a browser was answered. */
    const said: string[] = [];

    before(async () => {
      redisUrl = redisUrlOn(backend);
      const keep = new Writable({
        write(line, _encoding, done) {
          lines.push(String(line));
          done();
        },
      });
      log = createLogger('all', 'trace', keep);
      const env = Object.fromEntries(secretVariables.map(name => [name, canary(name)]));
      for (const [name, value] of Object.entries(env)) secrets.set(name, value);
      const rateKey = canary('FX_SOURCE_URL').replaceAll(/[/+=]/g, '0');
      secrets.set('FX_SOURCE_URL', rateKey);
      const token = `${randomBytes(16).toString('hex')}-ebay`;
      secrets.set('EBAY_VERIFICATION_TOKEN', token);
      api = await openApi({
        env: { ...env, TRACKING_POLL_MS: '200', EBAY_VERIFICATION_TOKEN: token },
        deps: () => ({ log }),
      });
      const { key } = api.stage.config.encryptionKeys[0] ?? { key: Buffer.alloc(0) };
      secrets.set('ENCRYPTION_KEY', key.toString('base64'));
      await liveThrough(`${api.stage.sandboxUrl}/fx/latest?app_id=${rateKey}`);
      written = new Map([
        ...(await allTables(api.stage.databaseUrl)),
        ...(redisUrl ? await allKeys(redisUrl) : []),
        ['the log', lines.join('')],
        [
          'the answers',
          [...api.answers.map(({ headers, text }) => JSON.stringify([...headers]) + text), ...said].join('\n'),
        ],
      ]);
    });
    after(() => api?.[Symbol.asyncDispose]());

    async function liveThrough(fxSourceUrl: string): Promise<void> {
      const { stage } = api;
      const config = { ...stage.config, fxSourceUrl };
      await stage.store.transaction(em => scheduleRates(em, 'USD', true, new Date(0)));
      const [well, expired, refused] = [await api.hire(), await api.hire({ expiredToken: true }), await api.hire()];
      said.push(...(await consentsOf(api, secrets)));
      await collectTokens();
      for (const [provider, operations] of Object.entries(echoed))
        for (const operation of operations)
          for (const status of [400, 401, 500])
            await stage.control('faults', { provider, operation, kind: 'echo', status, times: 1 });
      for (const operation of ['product-get', 'order-get'])
        await stage.control('faults', { provider: 'aliexpress', operation, kind: 'malformed', times: 1 });

      {
        await using works = await openWorks(stage, redisUrl, { log, providers: openProviders(config, undefined) });
        await logIns(well, works);
        for (const seller of [well, expired, refused]) await sellEverywhere(seller);
        await forgedWebhooks(well);
        // Payoneer is asked as well: its answers are scrubbed like the others'.
        const { payoneer } = openProviders(config, undefined);
        for (let round = 0; round < 6; round += 1)
          await payoneer?.getBalance().catch(err => log.warn({ err }, 'asked'));
        await until(() => lines.filter(line => line.includes('you sent') || line.includes('"outcome"')).length > 60, {
          deadlineMs: 40_000,
          describe: () => `${lines.length} lines`,
        });
        await until(async () => (await api.rows(`select 1 from effects where status = 'DONE'`)).length > 3, {
          deadlineMs: 40_000,
        });
        await shipEverything();
        await complainOfBuyer(refused);
      }
      await refusedConnections(well);
      await collectTokens();
    }

    /** What was bought is on its way: the sale channels are told, and refuse at first. */
    async function shipEverything(): Promise<void> {
      const { stage } = api;
      const tracking = [{ trackingNumber: 'LP0042' }];
      for (const { number } of await api.rows('select number from supplier_orders'))
        await stage.control('supplier', { number, status: 'WAIT_BUYER_ACCEPT_GOODS', tracking });
      const isLeft = ({ operation }: { operation: string }) => operation === 'tracking-get';
      await until(
        async () => !(await stage.control<{ faults: { operation: string }[] }>('faults')).faults.some(isLeft),
        { deadlineMs: 30_000 },
      );
      await until(async () => (await api.rows(`select 1 from effects where purpose = 'ship-notice'`)).length > 0, {
        deadlineMs: 30_000,
      });
    }

    /** At the api and on the dashboard: a wrong password, a right one, and pages behind it. */
    async function logIns(owner: Member, { producer }: Awaited<ReturnType<typeof openWorks>>): Promise<void> {
      const { stage } = api;
      const password = canary('password');
      secrets.set('password', password);
      const hash = await hashPassword(password);
      secrets.set('password that is wrong', `${password}x`);
      await api.rows('update users set password_hash = ? where id in (?, ?)', [hash, owner.id, api.admin.id]);
      const emails = [owner.email, 'admin@localhost'];
      for (const email of emails)
        for (const tried of [`${password}x`, password])
          await api.call('POST', '/api/auth/login', { body: { email, password: tried } });
      const pool = new pg.Pool({ connectionString: stage.databaseUrl, max: 2 });
      try {
        const deps = { config: stage.config, store: stage.store, producer, transact: stage.context.transact, log };
        const app = createDashboard({ ...deps, now: () => new Date() }, pool);
        const asked = (call: request.Test) => call.set('host', 'board.test').set('origin', 'http://board.test');
        for (const tried of [`${password}x`, password]) {
          const answer = await asked(
            request(app).post('/login').type('form').send({ email: 'admin@localhost', password: tried }),
          );
          const cookie = String(answer.headers['set-cookie'] ?? '').split(';')[0] ?? '';
          for (const path of ['/', '/orders', '/queues/api/queues', '/audit'])
            await asked(request(app).get(path).set('cookie', cookie));
          const [, session] = cookie.split('=');
          if (session) secrets.set('session of the dashboard', session);
        }
      } finally {
        await pool.end();
      }
    }

    async function sellEverywhere(seller: Member): Promise<void> {
      const { stage } = api;
      const lamp = await stage.stockUp(seller, { listedOn: 'ebay' });
      const chair = await stage.stockUp(seller, { listedOn: 'mercadolibre' });
      // PayPal refuses some times before it takes an order.
      const cart = await until(() => approvedCart(api, lamp), { everyMs: 1 });
      secrets.set(`checkout token of ${cart.orderId}`, cart.checkoutToken);
      await capture(api, cart);
      await api.call('GET', `/api/orders/${cart.orderId}`, { as: seller });
      const onEbay = await placeOnEbay(stage, seller, { lines: [{ goods: lamp, totalMinor: 3_299 }] });
      const sale = { goods: chair, unitPriceMinor: 34_990, saleFeeMinor: 4_864, shipTo: santiago };
      const onMercadoLibre = await placeOnMercadoLibre(stage, seller, sale);
      await hintOf(stage, seller, 'ebay', onEbay);
      await hintOf(stage, seller, 'mercadolibre', onMercadoLibre);
      const { webhookSecret } = seller.ebay;
      secrets.set(`webhook secret of ${seller.email}`, webhookSecret);
      secrets.set(`segment of ${seller.email}`, seller.mercadolibre.segment);
      const path = `/api/webhooks/inline/${seller.ebay.id}`;
      await post(api, path, signInline(webhookSecret, inlineBody()));
    }

    async function forgedWebhooks(seller: Member): Promise<void> {
      const sent = signInline(seller.ebay.webhookSecret, inlineBody());
      const headers = { ...sent.headers, 'x-signature': 'f'.repeat(64) };
      await post(api, `/api/webhooks/inline/${seller.ebay.id}`, { ...sent, headers });
      const notification = { headers: { 'content-type': 'application/json' }, body: Buffer.from('{"_id":"1"}') };
      await post(api, `/api/webhooks/mercadolibre/${seller.mercadolibre.segment}`, notification);
      for (const provider of ['paypal', 'ebay']) await post(api, `/api/webhooks/${provider}`, notification);
    }

    /** What a notification claims of a buyer, and what a person says of them, is kept in the timeline. */
    async function complainOfBuyer({ ebay: { id, webhookSecret } }: Member): Promise<void> {
      await api.rows(`update api_credentials set status = 'RECONNECT_NEEDED' where id = ?`, [id]);
      await post(api, `/api/webhooks/inline/${id}`, signInline(webhookSecret, inlineBody({ orderId: '12-34567-1' })));
      const claimed = async () => (await api.rows(`select id from orders where reason = 'UNCONFIRMED_SALE'`))[0];
      const { id: order } = await until(claimed, { deadlineMs: 30_000 });
      const body = { decision: 'fail', why: 'Greta Vogel has called' };
      const { status } = await api.call('POST', `/api/admin/orders/${order}/decide`, { as: api.admin, body });
      expect(status).to.equal(202);
    }

    /** Nobody listens there. */
    async function refusedConnections(seller: Member): Promise<void> {
      const { config } = api.stage;
      const nowhere = <Part extends { baseUrl: string }>(part: Part): Part => ({
        ...part,
        baseUrl: 'http://127.0.0.1:9',
      });
      const providers = openProviders(
        {
          ...config,
          paypal: nowhere(config.paypal),
          ebay: nowhere(config.ebay),
          mercadolibre: nowhere(config.mercadolibre),
          aliexpress: nowhere(config.aliexpress),
          payoneer: nowhere(config.payoneer),
          fxSourceUrl: `http://127.0.0.1:9/?app_id=${secrets.get('FX_SOURCE_URL')}`,
        },
        undefined,
      );
      await using _works = await openWorks(api.stage, redisUrl, { log, providers });
      await sellEverywhere(seller);
      await until(() => lines.filter(line => line.includes('UNREACHABLE')).length > 2, { deadlineMs: 40_000 });
    }

    /** What there is now, and all that the sandbox has ever given. */
    async function collectTokens(): Promise<void> {
      const { tokens } = await api.stage.control<{ tokens: string[] }>('tokens');
      for (const token of tokens) secrets.set(`token ${token.slice(0, 30)}…`, token);
      for (const { id, sealed } of await api.rows('select id, sealed from api_credentials')) {
        const credential = await api.stage.store.read(em => findCredential(em, id));
        if (!credential) throw new Error(`${sealed} is gone`);
        const { accessToken, refreshToken } = openSecrets(api.stage.context.box, credential);
        secrets.set(`access token of ${id}`, accessToken).set(`refresh token of ${id}`, refreshToken);
      }
    }

    /** Looked up by it, so it stands in its own column; whoever is given a secret is given it once. */
    const onPurpose = (found: string): boolean =>
      /^segment of .* in public\.api_credentials$/.test(found) ||
      /^(checkout token|webhook secret) of .* in the answers$/.test(found);

    it('is nowhere in the database, in the queues, in the log or in an answer', () => {
      expect(secrets.size).to.be.greaterThan(40);
      const found = findAll(secrets, written).filter(place => !onPurpose(place));
      expect(found.join('\n')).to.equal('');
    });

    it('would have been found: the search sees what is no secret in each of these places', async () => {
      const [order] = await api.rows(`select subject as id from effects where purpose = 'capture' limit 1`);
      const seen = findAll(
        new Map([
          ['order', order.id],
          ['buyer', 'Greta Vogel'],
        ]),
        written,
      );
      expect(seen).to.include.members(['order in public.orders', 'order in the log', 'buyer in the answers']);
      // What names a buyer is sealed.
      expect(seen.filter(place => place.startsWith('buyer in public.'))).to.deep.equal([]);
      const queues = backend === 'Redis' ? /^order in redis / : /^order in bullmq\./;
      expect(
        seen.some(place => queues.test(place)),
        seen.join(),
      ).to.equal(true);
    });

    it('is not only kept because nothing failed: every kind of failure is in the log', () => {
      const all = `${written.get('the log')}${written.get('the answers')}`;
      const kinds = ['UNREACHABLE', 'MALFORMED_ANSWER', 'SERVER_ERROR', 'you sent', '[redacted]', 'WEBHOOK_REFUSED'];
      expect(kinds.filter(kind => !all.includes(kind))).to.deep.equal([]);
    });
  });
