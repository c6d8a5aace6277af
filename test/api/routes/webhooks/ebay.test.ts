import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { expect } from 'chai';
import { ebaySigningKeys } from '../../../../api/routes/webhooks/signing-keys.ts';
import { createEbayClient } from '../../../../providers/ebay/client.ts';
import { berlin } from '../../../support/stage.ts';
import { until } from '../../../support/until.ts';
import { type Api, type Delivery, type Json, type Member, openApi } from '../../open-api.ts';
import { delivered, eventsOf, expectRefused, flipped, post } from '../../post-webhook.ts';
import { expectProblem } from '../../problem.ts';
import { ebayNotification, ownEbay, type Sent } from '../../signers.ts';

const path = '/api/webhooks/ebay';

describe('api: eBay’s challenge', () => {
  /** The token of providers.md §2.2's vectors. */
  const token = '71745723-d031-455c-bfa5-f90d11b4f20a';
  let api: Api;
  before(async () => {
    api = await openApi({ env: { EBAY_VERIFICATION_TOKEN: token, PUBLIC_URL: 'http://www.testendpoint.com/' } });
  });
  after(() => api[Symbol.asyncDispose]());

  for (const code of [token, 'a8628072-3d33-45ee-9004-bee86830a22d', 'x', 'ü & %']) {
    it(`${code} is answered with its hash, our token’s and our address’s`, async () => {
      const { status, headers, text } = await api.call('GET', `${path}?challenge_code=${encodeURIComponent(code)}`);
      const endpoint = 'http://www.testendpoint.com/api/webhooks/ebay';
      const challengeResponse = createHash('sha256')
        .update(code + token + endpoint)
        .digest('hex');
      expect(status).to.equal(200);
      expect(headers.get('content-type')).to.match(/^application\/json/);
      expect(text).to.equal(JSON.stringify({ challengeResponse }));
    });
  }

  for (const query of [
    '',
    '?challenge_code=',
    `?challenge_code=${'x'.repeat(257)}`,
    '?challenge_code=a&challenge_code=b',
    '?challenge_code[a]=b',
  ]) {
    it(`"${query.slice(0, 40)}" is refused`, async () => {
      expectProblem(await api.call('GET', path + query), 400, 'INVALID_INPUT');
    });
  }
});

describe('api: eBay’s webhooks', () => {
  let api: Api;
  let mia: Member;
  let sent: Delivery;
  before(async () => {
    api = await openApi();
    mia = await api.hire();
    [sent] = (await delivered(api, () => sell())) as [Delivery];
    await until(() => api.stage.jobs.length === 1);
  });
  after(() => api[Symbol.asyncDispose]());
  beforeEach(async () => {
    api.stage.jobs.length = 0;
    await api.rows('delete from inbound_events');
  });

  const sell = (lines = 1): Promise<Json> =>
    api.stage.control('orders', {
      marketplace: 'ebay',
      accountId: mia.ebay.accountId,
      currency: 'USD',
      shipTo: berlin,
      lines: Array.from({ length: lines }, () => ({ legacyItemId: '110551234567', totalMinor: '2999' })),
    });

  it('are stored as they came, before they are answered, and leave a job', async () => {
    const [{ body }] = (await delivered(api, () => sell())) as [Delivery];
    await until(() => api.stage.jobs.length === 1);
    const [event, ...more] = await eventsOf(api);
    expect(more).to.deep.equal([]);
    expect(event).to.deep.include({
      source: 'ebay',
      event_id: JSON.parse(body.toString()).notification.notificationId,
      type: 'ORDER_CONFIRMATION',
      status: 'RECEIVED',
      headers: {},
    });
    expect(Buffer.from(event.body, 'base64')).to.deep.equal(body);
    expect(api.stage.jobs.map(({ queue }) => queue)).to.deep.equal(['import-order']);
  });

  it('of an order of two lines are two events', async () => {
    await delivered(api, () => sell(2), 2);
    await until(() => api.stage.jobs.length === 2);
    expect(await eventsOf(api)).to.have.length(2);
  });

  it('five times the same, also at once, are one event and one job', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(api, path, sent)));
    expect(answers.map(({ status }) => status)).to.deep.equal([204, 204, 204, 204, 204]);
    expect(await eventsOf(api)).to.have.length(1);
    expect(api.stage.jobs).to.have.length(1);
  });

  type Envelope = { alg: string; kid: string; signature: string; digest: string };
  const envelope = (): Envelope => JSON.parse(Buffer.from(sent.headers['x-ebay-signature'] ?? '', 'base64').toString());
  const signed = (changes: Partial<Envelope>, body = sent.body): Sent => ({
    headers: { 'x-ebay-signature': Buffer.from(JSON.stringify({ ...envelope(), ...changes })).toString('base64') },
    body,
  });
  const raw = (header: string): Sent => ({ headers: { 'x-ebay-signature': header }, body: sent.body });
  const signature = () => Buffer.from(envelope().signature, 'base64');
  const strangers = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;

  const forgeries: Record<string, () => Sent> = {
    'no signature': () => ({ headers: {}, body: sent.body }),
    'an empty signature': () => raw(''),
    'a signature that is no envelope': () => raw(envelope().signature),
    'a signature that is not base64': () => raw(JSON.stringify(envelope())),
    'an envelope too large': () =>
      raw(Buffer.from(JSON.stringify({ ...envelope(), more: 'x'.repeat(5_000) })).toString('base64')),
    'a wrong signature': () => signed({ signature: flipped(signature()).toString('base64') }),
    'a signature cut off': () => signed({ signature: signature().subarray(0, -1).toString('base64') }),
    'a signature by a key of somebody else’s': () =>
      signed({ signature: sign('sha1', sent.body, strangers()).toString('base64') }),
    'the algorithm none': () => signed({ alg: 'none' }),
    'the algorithm HMAC': () => signed({ alg: 'hmac' }),
    'a digest that is not the key’s': () => signed({ digest: 'SHA256' }),
    'a digest that is none': () => signed({ digest: 'MD5' }),
    'a key that eBay does not know': () => signed({ kid: '00000000-0000-4000-8000-000000000000' }),
    'a key that is a path': () => signed({ kid: '../../../identity/v1/oauth2/token' }),
    'another body': () =>
      signed({}, Buffer.from(JSON.stringify(ebayNotification('ORDER_CONFIRMATION', { orderId: '1' })))),
    'a byte changed': () => signed({}, flipped(sent.body)),
    'the same JSON in other bytes': () =>
      signed({}, Buffer.from(JSON.stringify(JSON.parse(sent.body.toString()), null, 1))),
    'a body cut off': () => signed({}, sent.body.subarray(0, -1)),
    'no body': () => signed({}, Buffer.alloc(0)),
  };
  for (const [what, forge] of Object.entries(forgeries)) {
    it(`are refused with ${what}`, async () => {
      await expectRefused(api, path, forge());
      expect((await post(api, path, sent)).status, 'the genuine one is taken').to.equal(204);
    });
  }

  it('are refused when they are too large, or compressed', async () => {
    await expectRefused(api, path, { ...sent, body: Buffer.alloc(256 * 1024 + 1, ' ') }, 413, 'BODY_TOO_LARGE');
    const compressed = { ...sent, headers: { ...sent.headers, 'content-encoding': 'gzip' } };
    await expectRefused(api, path, compressed, 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  it('are answered 503 while eBay gives no key, so that they come again, and are taken then', async () => {
    await using fresh = await openApi();
    const seller = await fresh.hire();
    await fresh.stage.control('faults', {
      provider: 'ebay',
      operation: 'public-key',
      kind: 'status',
      status: 500,
      times: 2,
    });
    await fresh.stage.control('settings', { webhooks: true });
    await fresh.stage.control('orders', {
      marketplace: 'ebay',
      accountId: seller.ebay.accountId,
      currency: 'USD',
      shipTo: berlin,
      lines: [{ legacyItemId: '1', totalMinor: '1' }],
    });
    await until(async () => (await eventsOf(fresh)).length === 1);
    expect(fresh.deliveries, 'two refusals before').to.have.length(3);
  });

  it('with made-up keys cost a few look-ups a minute; the genuine are taken all the while, also after a restart', async () => {
    const answers = [];
    for (let number = 10; number < 20; number += 1)
      answers.push(await post(api, path, signed({ kid: `00000000-0000-4000-8000-0000000000${number}` })));
    expect(answers.map(({ status }) => status).slice(-7)).to.deep.equal(Array(7).fill(429));
    const last = answers.at(-1) as (typeof answers)[number];
    expectProblem(last, 429, 'WEBHOOK_KEYS_LIMITED');
    expect(Number(last.headers.get('retry-after'))).to.be.within(1, 60);
    expect(await eventsOf(api)).to.deep.equal([]);
    expect((await post(api, path, sent)).status).to.equal(204);
    const { store, config } = api.stage;
    await api.stage.control('faults', {
      provider: 'ebay',
      operation: 'public-key',
      kind: 'status',
      status: 500,
      times: 9,
    });
    const restarted = ebaySigningKeys(store, createEbayClient(config.ebay).publicKey);
    expect(await restarted.keyFor(envelope().kid, 'x')).to.include({ algorithm: 'ECDSA' });
    await fetch(`${api.stage.sandboxUrl}/_control/faults`, { method: 'DELETE' });
  });

  describe('of every kind', () => {
    const own = ownEbay();
    let other: Api;
    before(async () => {
      other = await openApi({ deps: () => ({ ebayKeys: own.keys }) });
    });
    after(() => other[Symbol.asyncDispose]());
    beforeEach(() => other.rows('delete from inbound_events'));

    for (const [topic, data, status] of [
      ['ORDER_CONFIRMATION', { orderId: '12-34567-89012' }, 'RECEIVED'],
      ['ORDER_CONFIRMATION', {}, 'IGNORED'],
      ['MARKETPLACE_ACCOUNT_DELETION', { username: 'greta', userId: 'x', eiasToken: 'y' }, 'RECEIVED'],
      ['MARKETPLACE_ACCOUNT_DELETION', { eiasToken: 'y' }, 'IGNORED'],
      ['ITEM_MARKED_SHIPPED', { orderId: '12-34567-89012' }, 'IGNORED'],
      ['SOMETHING_NEW', { what: ['ever'] }, 'IGNORED'],
    ] as const) {
      it(`${topic} with ${JSON.stringify(data)} is stored and acknowledged: ${status}`, async () => {
        other.stage.jobs.length = 0;
        expect((await post(other, path, await own.sign(ebayNotification(topic, data)))).status).to.equal(204);
        expect((await eventsOf(other)).map(event => [event.type, event.status])).to.deep.equal([[topic, status]]);
        expect(other.stage.jobs).to.have.length(status === 'RECEIVED' ? 1 : 0);
      });
    }

    it('a signature by the right key, but with a digest that is not the key’s, is refused', async () => {
      const notification = ebayNotification('ORDER_CONFIRMATION', { orderId: '12-34567-89012' });
      await expectRefused(other, path, await own.sign(notification, 'SHA256'));
      expect((await post(other, path, await own.sign(notification))).status).to.equal(204);
    });

    for (const [what, body] of [
      ['is no JSON', 'hello'],
      ['has no topic', { notification: { notificationId: '1', data: {} } }],
      ['has no notification', { metadata: { topic: 'ORDER_CONFIRMATION' } }],
      ['has an order id that is a path', ebayNotification('ORDER_CONFIRMATION', { orderId: '../../1' })],
    ] as const) {
      it(`a signed body that ${what} is refused all the same`, async () => {
        await expectRefused(other, path, await own.sign(body));
      });
    }
  });
});
