/** Covers: store/connections/credentials.ts, runtime/secrets/secret-box.ts, runtime/logger.ts. */
import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { expect } from 'chai';
import { decide } from '../../demo/consent.ts';
import { createLogger } from '../../runtime/logger.ts';
import { hashPassword } from '../../runtime/secrets/password.ts';
import { findCredential, openSecrets } from '../../store/connections/credentials.ts';
import { approvedCart, capture } from './cart.ts';
import { ebaySale, sell } from './marketplace-sale.ts';
import { type Answer, type Api, type Member, openApi } from './open-api.ts';
import { post } from './post-webhook.ts';
import { askers, asking, askingFor, type Market, openMarket, pathOf, routes } from './routes.ts';
import { inlineBody, signInline } from './signers.ts';

const canary = (kind: string) => `${kind}-canary-${randomBytes(9).toString('hex')}`;

const started = /^GET \/api\/connections\/[\w-]+\/start\?/;
const connected = /^GET \/api\/connections\/[\w-]+\/callback\?/;

describe('api: secrets', () => {
  let api: Api;
  let market: Market;
  const logged: string[] = [];
  /** What must be in no answer, by what it is. */
  const secrets = new Map<string, string>();
  /** Whoever is given a secret is given it once, in the answer that makes it. */
  const handedOut: Record<string, (answer: Answer) => boolean> = {
    'checkout token': ({ request, status }) => request === 'POST /api/paypal/create-order' && status === 201,
    'webhook secret': ({ request, status }) => connected.test(request) && status === 200,
    // Part of an address that its owner may have to register: they can look it up.
    segment: ({ request, status }) => (connected.test(request) || request === 'GET /api/connections') && status === 200,
    // To the consent page with the one, to the browser with the other.
    state: ({ request, status }) => started.test(request) && status === 303,
    browser: ({ request, status }) => started.test(request) && status === 303,
  };

  before(async function () {
    this.timeout(60_000);
    const lines = new Writable({
      write(line, _encoding, done) {
        logged.push(String(line));
        done();
      },
    });
    const log = createLogger('api', 'trace', lines);
    api = await openApi({ deps: () => ({ log }) });
    market = await openMarket(api);
    secrets.set('checkout token', market.checkoutToken);
    await plantCanaries();
    await liveThrough();
    await collect();
  });
  after(() => api[Symbol.asyncDispose]());

  /** Connects accounts and logs in with secrets that are easy to find. */
  async function plantCanaries(): Promise<void> {
    const { owner } = market;
    const password = canary('password');
    secrets.set('password', password);
    await api.rows('update users set password_hash = ? where id = ?', [await hashPassword(password), owner.id]);
    for (const secret of [password, `${password}x`])
      await api.call('POST', '/api/auth/login', { body: { email: owner.email, password: secret } });
    for (const name of ['aliexpress-dropshipping', 'ebay', 'mercadolibre']) await plantConnection(name);
    await api.call('POST', '/api/auth/login', { body: { email: [password], password: { password } } });
    await api.call('POST', '/api/users', { as: api.admin, body: { email: 'x', password } });
  }

  /** Connects the owner's account again, and tries it with what is not theirs. */
  async function plantConnection(name: string): Promise<void> {
    const { owner, other } = market;
    const [row] = await api.rows('select account_name from api_credentials where user_id = ? and api_name = ?', [
      owner.id,
      name,
    ]);
    const country = name === 'mercadolibre' ? '&country=CL' : '';
    const path = `/api/connections/${name}`;
    const begun = await api.call('GET', `${path}/start?moneyHolder=platform${country}`, { as: owner });
    expect(begun.status, begun.text).to.equal(303);
    const page = new URL(String(begun.headers.get('location')));
    const cookie = String(begun.headers.get('set-cookie')).split(';')[0] ?? '';
    const back = await decide(page, row.account_name);
    const code = String(back.searchParams.get('code'));
    secrets.set(`code of ${name}`, code).set(`browser of ${name}`, cookie.split('=')[1] ?? '');
    secrets.set(`state of ${name}`, String(page.searchParams.get('state')));
    const answer = (as: Member) => api.call('GET', back.pathname + back.search, { as, headers: { cookie } });
    expect((await answer(other)).status).to.equal(403);
    expect((await answer(owner)).status).to.equal(200);
    expect((await answer(owner)).status).to.equal(409);
  }

  /** Orders of every kind, bought, refused and waiting, then every route by everybody, right and wrong. */
  async function liveThrough(): Promise<void> {
    const { other, otherGoods } = market;
    await capture(api, await approvedCart(api, otherGoods));
    await sell(api, other, ebaySale(other, [{}]));
    const sent = signInline(other.ebay.webhookSecret, inlineBody());
    await post(api, `/api/webhooks/inline/${other.ebay.id}`, sent);
    await post(api, `/api/webhooks/inline/${other.ebay.id}`, {
      ...sent,
      headers: { 'x-signature': canary('signature') },
    });
    await api.stage.control('faults', {
      provider: 'aliexpress',
      operation: 'product-get',
      kind: 'status',
      status: 500,
      times: 1,
    });
    for (let round = 0; round < 3; round += 1) await api.stage.sweepAndDrain().catch(() => undefined);
    for (const who of askers) {
      for (const route of routes) {
        const [as, path] = [await askingFor(market, route, who), pathOf(route, market)];
        const bodies = route.body ? [route.body(market), {}, { surprise: 1 }] : [undefined];
        for (const body of bodies) await api.call(route.method, path, { as, body });
        if (route.method !== 'GET')
          await api.call(route.method, path, { as, raw: '{', headers: { 'content-type': 'application/json' } });
      }
      for (const { id } of await api.rows('select id from orders'))
        await api.call('GET', `/api/orders/${id}`, { as: asking(market, who) });
    }
  }

  /** Everything secret that the configuration and the database hold. */
  async function collect(): Promise<void> {
    const { config, store, context } = api.stage;
    secrets.set('key of the sessions', config.jwtSecret);
    for (const { id, key } of config.encryptionKeys) secrets.set(`encryption key ${id}`, key.toString('base64'));
    secrets.set('PayPal secret', config.paypal.clientSecret).set('eBay secret', config.ebay.clientSecret);
    secrets.set('eBay verification token', config.ebay.verificationToken);
    secrets
      .set('MercadoLibre secret', config.mercadolibre.clientSecret)
      .set('AliExpress secret', config.aliexpress.appSecret);
    secrets.set('address of the database', config.databaseUrl);
    for (const { id, password_hash: hash } of await api.rows('select id, password_hash from users'))
      if (hash !== 'none') secrets.set(`password hash of ${id}`, hash);
    for (const { checkout_token_hash: hash } of await api.rows(
      'select checkout_token_hash from orders where checkout_token_hash is not null',
    ))
      secrets.set(`checkout token hash ${hash.slice(0, 4)}`, hash);
    for (const { id, sealed, webhook_segment: segment } of await api.rows(
      'select id, sealed, webhook_segment from api_credentials',
    )) {
      if (sealed === null) continue;
      secrets.set(`sealed ${id}`, sealed);
      if (segment) secrets.set(`segment of ${id}`, segment);
      const credential = await store.read(em => findCredential(em, id));
      if (!credential) continue;
      const { accessToken, refreshToken, webhookSecret } = openSecrets(context.box, credential);
      secrets.set(`access token of ${id}`, accessToken).set(`refresh token of ${id}`, refreshToken);
      secrets.set(`webhook secret of ${id}`, webhookSecret);
    }
  }

  const mayHold = (name: string, answer: Answer): boolean =>
    Object.entries(handedOut).some(([kind, given]) => name.startsWith(kind) && given(answer));

  it('are in none of the answers, headers and all, but where they are handed out', () => {
    expect(api.answers.length).to.be.greaterThan(300);
    expect(secrets.size).to.be.greaterThan(30);
    const found: string[] = [];
    for (const answer of api.answers) {
      const text = answer.text + JSON.stringify([...answer.headers]);
      for (const [name, secret] of secrets)
        if (text.includes(secret) && !mayHold(name, answer)) found.push(`${name} in the answer to ${answer.request}`);
    }
    expect(found).to.deep.equal([]);
  });

  it('are found where they are handed out: the search can see', () => {
    for (const kind of Object.keys(handedOut)) {
      const own = [...secrets].filter(([name]) => name.startsWith(kind));
      const seen = api.answers.some(({ text, headers }) => {
        const whole = text + JSON.stringify([...headers]);
        return own.some(([, secret]) => whole.includes(secret));
      });
      expect(seen, kind).to.equal(true);
    }
  });

  it('are in none of the log lines', () => {
    expect(logged.length).to.be.greaterThan(300);
    const found = [...secrets].filter(([, secret]) => logged.some(line => line.includes(secret)));
    expect(found.map(([name]) => name)).to.deep.equal([]);
  });

  it('of an account are not among what its owner is shown later', async () => {
    const shown = [
      'accessToken',
      'refreshToken',
      'sealed',
      'webhookSecret',
      'webhookSegment',
      'passwordHash',
      'checkoutTokenHash',
    ];
    const { json } = await api.call('GET', '/api/connections', { as: market.owner });
    expect(json.connections).to.have.length(3);
    for (const connection of json.connections) for (const key of shown) expect(connection).not.to.have.property(key);
  });
});
