import { expect } from 'chai';
import { berlin } from '../../../support/stage.ts';
import { until } from '../../../support/until.ts';
import { type Api, type Delivery, type Json, type Member, openApi } from '../../open-api.ts';
import { delivered, eventsOf, expectRefused, post } from '../../post-webhook.ts';
import { expectProblem } from '../../problem.ts';
import type { Sent } from '../../signers.ts';

/** The application's path, for all its sellers. */
const common = 'an-unguessable-segment-of-forty-characters';

describe('api: MercadoLibre’s webhooks', () => {
  let api: Api;
  let mia: Member;
  let tom: Member;
  let sent: Delivery;
  before(async () => {
    api = await openApi({ env: { MERCADOLIBRE_WEBHOOK_SEGMENT: common } });
    [mia, tom] = [await api.hire(), await api.hire()];
    [sent] = (await delivered(api, sell)) as [Delivery];
    await until(() => api.stage.jobs.length === 1);
  });
  after(() => api[Symbol.asyncDispose]());
  beforeEach(async () => {
    api.stage.jobs.length = 0;
    await api.rows('delete from inbound_events');
  });

  const pathOf = ({ mercadolibre: { segment } }: Member) => `/api/webhooks/mercadolibre/${segment}`;
  const sell = (): Promise<Json> =>
    api.stage.control('orders', {
      marketplace: 'mercadolibre',
      accountId: mia.mercadolibre.accountId,
      currency: 'CLP',
      shipTo: berlin,
      items: [{ itemId: 'MLC123456789', unitPriceMinor: '29990' }],
      notify: { times: 1, url: api.url + pathOf(mia) },
    });
  /** Ids stay bare numbers beyond 2^53. */
  const changed = (key: string, json: string | undefined): Sent => {
    const text = sent.body.toString();
    const without = text.replace(new RegExp(`"${key}":("[^"]*"|[^,}]*),?`), '').replace(/,}$/, '}');
    const body = json === undefined ? without : without.replace('{', `{"${key}":${json},`);
    return { headers: { 'content-type': 'application/json' }, body: Buffer.from(body) };
  };

  it('are stored as they came, before they are answered, and leave a job', async () => {
    const [{ body }] = (await delivered(api, sell)) as [Delivery];
    await until(() => api.stage.jobs.length === 1);
    const [event, ...more] = await eventsOf(api);
    expect(more).to.deep.equal([]);
    expect(event).to.deep.include({
      source: 'mercadolibre',
      event_id: JSON.parse(body.toString())._id,
      type: 'orders_v2',
      status: 'RECEIVED',
      credential_id: mia.mercadolibre.id,
      headers: {},
    });
    expect(Buffer.from(event.body, 'base64')).to.deep.equal(body);
    expect(api.stage.jobs.map(({ queue }) => queue)).to.deep.equal(['import-order']);
  });

  it('five times the same, also at once, are one event and one job', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(api, pathOf(mia), sent)));
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200]);
    expect(await eventsOf(api)).to.have.length(1);
    expect(api.stage.jobs).to.have.length(1);
  });

  it('come in at their seller’s own path only', async () => {
    await expectRefused(api, pathOf(tom), sent);
    const { segment } = mia.mercadolibre;
    for (const wrong of [
      segment.slice(0, -1),
      `${segment}A`,
      segment.toLowerCase() === segment ? 'x' : segment.toLowerCase(),
      'orders',
    ])
      await expectRefused(api, `/api/webhooks/mercadolibre/${wrong}`, sent, 404, 'NOT_FOUND');
    await expectRefused(api, '/api/webhooks/mercadolibre', sent, 404, 'NO_SUCH_ROUTE');
    await expectRefused(api, '/api/webhooks/mercadolibre/', sent, 404, 'NO_SUCH_ROUTE');
    expect((await post(api, pathOf(mia), sent)).status).to.equal(200);
  });

  describe('at the one path that an application has', () => {
    const path = `/api/webhooks/mercadolibre/${common}`;

    it('are each seller’s who is named: one address, registered once, is enough for all', async () => {
      expect((await post(api, path, sent)).status).to.equal(200);
      const toms = changed('_id', '"another-one"').body.toString();
      const body = Buffer.from(toms.replace(/"user_id":\d+/, `"user_id":${tom.mercadolibre.accountId}`));
      expect((await post(api, path, { headers: sent.headers, body })).status).to.equal(200);
      const owners = (await eventsOf(api)).map(({ credential_id }) => credential_id);
      expect(owners).to.have.members([mia.mercadolibre.id, tom.mercadolibre.id]);
      expect(api.stage.jobs.map(({ queue }) => queue)).to.deep.equal(['import-order', 'import-order']);
      expect((await post(api, pathOf(mia), sent)).status, 'told at both').to.equal(200);
      expect(await eventsOf(api)).to.have.length(2);
    });

    it('are acknowledged and not kept when they are about nobody: refused, the topic would end for everybody', async () => {
      expect((await post(api, path, changed('user_id', '1'))).status).to.equal(200);
      expect(await eventsOf(api)).to.deep.equal([]);
    });

    it('are refused for another application, and at a path that is close', async () => {
      await expectRefused(api, path, changed('application_id', '5503910054141467'));
      for (const close of [path.slice(0, -1), `${path}x`]) await expectRefused(api, close, sent, 404, 'NOT_FOUND');
    });
  });

  const forgeries: Record<string, () => Sent> = {
    'another application’s id': () => changed('application_id', '5503910054141467'),
    'no application’s id': () => changed('application_id', undefined),
    'an application’s id that is an object': () => changed('application_id', '{"$gt":0}'),
    'another seller’s id': () => changed('user_id', tom.mercadolibre.accountId),
    'another seller’s id as text': () => changed('user_id', `"${tom.mercadolibre.accountId}"`),
    'nobody’s id': () => changed('user_id', '1'),
    'no seller’s id': () => changed('user_id', undefined),
    'a seller’s id that is a list': () => changed('user_id', `[${mia.mercadolibre.accountId}]`),
    'a seller’s id with an exponent': () => changed('user_id', '1e9'),
    'a resource that is no order': () => changed('resource', '"/items/MLC1"'),
    'a resource that goes elsewhere': () => changed('resource', '"/orders/1/../../users/me"'),
    'a resource on another host': () => changed('resource', '"https://evil.example/orders/1"'),
    'a resource with a query': () => changed('resource', '"/orders/1?access_token=x"'),
    'an order that is no number': () => changed('resource', '"/orders/x"'),
    'an order of too many digits': () => changed('resource', `"/orders/${'1'.repeat(21)}"`),
    'a line after the order': () => changed('resource', '"/orders/1\\n"'),
    'no resource': () => changed('resource', undefined),
    'no id': () => changed('_id', undefined),
    'an id that is none': () => changed('_id', '"../x"'),
    'no topic': () => changed('topic', undefined),
    'a topic that is none': () => changed('topic', '"drop table"'),
    'no JSON': () => ({ headers: {}, body: Buffer.from('hello') }),
    'no body': () => ({ headers: {}, body: Buffer.alloc(0) }),
    'a list': () => ({ headers: {}, body: Buffer.from(`[${sent.body}]`) }),
    'a body cut off': () => ({ headers: {}, body: sent.body.subarray(0, -1) }),
  };
  for (const [what, forge] of Object.entries(forgeries)) {
    it(`are refused with ${what}`, () => expectRefused(api, pathOf(mia), forge()));
  }

  it('are refused when they are too large, or compressed', async () => {
    const filled = Buffer.concat([sent.body, Buffer.alloc(256 * 1024, ' ')]);
    await expectRefused(api, pathOf(mia), { ...sent, body: filled }, 413, 'BODY_TOO_LARGE');
    const compressed = { ...sent, headers: { 'content-encoding': 'gzip' } };
    await expectRefused(api, pathOf(mia), compressed, 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  for (const [topic, resource] of [
    ['items', '/items/MLC1'],
    ['payments', '/collections/1'],
    ['post_purchase', 'post-purchase/v1/claims/5'],
    ['stock-locations', '/x'],
    ['something_new', 'https://example.com'],
  ] as const) {
    it(`${topic} are acknowledged and kept, and nobody acts on them`, async () => {
      const body = Buffer.from(
        sent.body
          .toString()
          .replace('"orders_v2"', `"${topic}"`)
          .replace(/"resource":"[^"]*"/, `"resource":"${resource}"`),
      );
      expect((await post(api, pathOf(mia), { headers: {}, body })).status).to.equal(200);
      expect((await eventsOf(api)).map(({ type, status }) => [type, status])).to.deep.equal([[topic, 'IGNORED']]);
      expect(api.stage.jobs).to.deep.equal([]);
    });
  }

  it('tell nothing about segments that are close', async () => {
    const near = await post(api, `${pathOf(mia)}x`, sent);
    const far = await post(api, '/api/webhooks/mercadolibre/x', sent);
    expectProblem(near, 404, 'NOT_FOUND');
    expect(near.text).to.equal(far.text);
  });
});
