import { expect } from 'chai';
import { credentialOf, findCredential, openSecrets, sealSecrets } from '../../../../store/connections/credentials.ts';
import { Credential } from '../../../../store/entities/people.ts';
import { type Api, type Member, openApi } from '../../open-api.ts';
import { eventsOf, expectRefused, flipped, post } from '../../post-webhook.ts';
import { expectProblem } from '../../problem.ts';
import { inlineBody, type Sent, signInline } from '../../signers.ts';

const order = inlineBody();

describe('api: orders sent inline, signed with the connection’s own secret', () => {
  let api: Api;
  let mia: Member;
  let tom: Member;
  let sent: Sent;
  before(async () => {
    api = await openApi();
    [mia, tom] = [await api.hire(), await api.hire()];
    sent = signInline(mia.ebay.webhookSecret, order);
  });
  after(() => api[Symbol.asyncDispose]());
  beforeEach(async () => {
    api.stage.jobs.length = 0;
    await api.rows('delete from inbound_events');
  });

  const ebayPath = ({ ebay }: Member) => `/api/webhooks/inline/${ebay.id}`;

  for (const marketplace of ['ebay', 'mercadolibre'] as const) {
    it(`${marketplace}: are stored as they came, before they are answered, and leave a job`, async () => {
      const { id, webhookSecret } = mia[marketplace];
      const own = signInline(webhookSecret, order);
      expect((await post(api, `/api/webhooks/inline/${id}`, own)).status).to.equal(202);
      const [event, ...more] = await eventsOf(api);
      expect(more).to.deep.equal([]);
      expect(event).to.deep.include({
        source: 'inline',
        type: 'INLINE_ORDER',
        credential_id: id,
        status: 'RECEIVED',
        headers: {},
      });
      expect(event.event_id).to.match(new RegExp(`^${id}/${order.orderId}/[0-9a-f]{16}$`));
      expect(Buffer.from(event.body, 'base64')).to.deep.equal(own.body);
      expect(api.stage.jobs.map(({ queue }) => queue)).to.deep.equal(['import-order']);
    });
  }

  it('five times the same, also at once, are one event and one job', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(api, ebayPath(mia), sent)));
    expect(answers.map(({ status }) => status)).to.deep.equal([202, 202, 202, 202, 202]);
    expect(await eventsOf(api)).to.have.length(1);
    expect(api.stage.jobs).to.have.length(1);
  });

  it('are refused as soon as their account has another secret, or is gone, and taken under the new one', async () => {
    const leo = await api.hire();
    const path = ebayPath(leo);
    const number = (name: string) => ({ ...order, orderId: name });
    const old = (name: string) => signInline(leo.ebay.webhookSecret, number(name));
    expect((await post(api, path, old('1'))).status).to.equal(202);
    const { box, store } = api.stage.context;
    await store.transaction(async em => {
      const account = await findCredential(em, leo.ebay.id);
      const secrets = { ...openSecrets(box, account!), webhookSecret: 'another one' };
      await em.nativeUpdate(Credential, { id: leo.ebay.id }, { sealed: sealSecrets(box, leo.ebay.id, secrets) });
    });
    expect((await post(api, path, old('2'))).status).to.equal(401);
    expect((await post(api, path, signInline('another one', number('3')))).status).to.equal(202);
    await api.call('DELETE', `/api/connections/${leo.ebay.id}`, { as: leo });
    expect((await post(api, path, signInline('another one', number('4')))).status).to.equal(404);
    expect((await eventsOf(api)).map(event => event.event_id.split('/')[1]).toSorted()).to.deep.equal(['1', '3']);
  });

  it('of two resellers with the same order number are two events', async () => {
    expect((await post(api, ebayPath(mia), sent)).status).to.equal(202);
    expect((await post(api, ebayPath(tom), signInline(tom.ebay.webhookSecret, order))).status).to.equal(202);
    expect(await eventsOf(api)).to.have.length(2);
  });

  const signature = () => sent.headers['x-signature'] ?? '';
  const withSignature = (header: string, body = sent.body): Sent => ({ headers: { 'x-signature': header }, body });

  const forgeries: Record<string, () => Sent> = {
    'no signature': () => ({ headers: {}, body: sent.body }),
    'an empty signature': () => withSignature(''),
    'a wrong signature': () => withSignature(flipped(Buffer.from(signature(), 'hex')).toString('hex')),
    'a signature cut off': () => withSignature(signature().slice(0, -2)),
    'half a byte cut off': () => withSignature(signature().slice(0, -1)),
    'a signature and something after it': () => withSignature(`${signature()}00`),
    'a signature and nonsense after it': () => withSignature(`${signature()}zz`),
    'a signature in base64': () => withSignature(Buffer.from(signature(), 'hex').toString('base64')),
    'SHA-1': () => signInline(mia.ebay.webhookSecret, order, 'sha1'),
    'SHA-512': () => signInline(mia.ebay.webhookSecret, order, 'sha512'),
    'SHA-512, cut to the right length': () =>
      withSignature((signInline(mia.ebay.webhookSecret, order, 'sha512').headers['x-signature'] ?? '').slice(0, 64)),
    'another reseller’s secret': () => signInline(tom.ebay.webhookSecret, order),
    'the same reseller’s secret for another marketplace': () => signInline(mia.mercadolibre.webhookSecret, order),
    'an empty secret': () => signInline('', order),
    'another body': () => withSignature(signature(), signInline('', { ...order, amount: '0.01' }).body),
    'a byte changed': () => withSignature(signature(), flipped(sent.body)),
    'the same JSON in other bytes': () => withSignature(signature(), Buffer.from(JSON.stringify(order, null, 1))),
    'a body cut off': () => withSignature(signature(), sent.body.subarray(0, -1)),
    'no body': () => withSignature(signature(), Buffer.alloc(0)),
  };
  for (const [what, forge] of Object.entries(forgeries)) {
    it(`are refused with ${what}`, () => expectRefused(api, ebayPath(mia), forge()));
  }

  it('come in at their own connection only', async () => {
    await expectRefused(api, ebayPath(tom), sent);
    await expectRefused(api, `/api/webhooks/inline/${mia.mercadolibre.id}`, sent);
    await expectRefused(api, '/api/webhooks/inline/00000000-0000-4000-8000-000000000000', sent, 404, 'NOT_FOUND');
  });

  it('do not come in at a supplier’s connection, which has a secret as well', async () => {
    const { store, context, config } = api.stage;
    const supplier = await store.read(em =>
      credentialOf(em, mia.id, 'aliexpress-dropshipping', config.aliexpress.environment),
    );
    if (!supplier) throw new Error('no supplier is connected');
    const { webhookSecret } = openSecrets(context.box, supplier);
    await expectRefused(api, `/api/webhooks/inline/${supplier.id}`, signInline(webhookSecret, order), 404, 'NOT_FOUND');
  });

  it('are refused when they are too large, or compressed', async () => {
    const large = signInline(mia.ebay.webhookSecret, JSON.stringify(order) + ' '.repeat(256 * 1024));
    await expectRefused(api, ebayPath(mia), large, 413, 'BODY_TOO_LARGE');
    const compressed = { ...sent, headers: { ...sent.headers, 'content-encoding': 'gzip' } };
    await expectRefused(api, ebayPath(mia), compressed, 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  for (const [what, changes, fields] of [
    ['no order number', { orderId: undefined }, ['orderId']],
    ['an order number that is a path', { orderId: '../1' }, ['orderId']],
    ['an order number that is a number', { orderId: 5 }, ['orderId']],
    ['no listing', { listingId: '' }, ['listingId']],
    ['an amount of nothing', { amount: '0.00' }, ['']],
    ['an amount below nothing', { amount: '-5' }, ['']],
    ['an amount finer than its currency', { amount: '10.999' }, ['']],
    ['an amount with an exponent', { amount: '1e3' }, ['amount']],
    ['a currency of nobody', { currency: 'XXX' }, ['currency']],
    ['a buyer who is a name', { buyer: 'Greta' }, ['buyer']],
    ['an address that is a list', { shippingAddress: [] }, ['shippingAddress']],
    ['a field that there is not', { status: 'PAID' }, ['status']],
    [
      'all of it wrong',
      { orderId: 1, listingId: 2, amount: true, currency: 4, buyer: 5, shippingAddress: 6 },
      Object.keys(order),
    ],
  ] as const) {
    it(`signed, but with ${what}: told what is wrong, and not stored`, async () => {
      const answer = await post(api, ebayPath(mia), signInline(mia.ebay.webhookSecret, { ...order, ...changes }));
      const wrong = new Set(expectProblem(answer, 400, 'INVALID_INPUT'));
      for (const field of fields) expect([...wrong]).to.include(field);
      expect(await eventsOf(api)).to.deep.equal([]);
      expect(api.stage.jobs).to.deep.equal([]);
    });
  }

  it('signed, but no JSON: told so, and not stored', async () => {
    await expectRefused(api, ebayPath(mia), signInline(mia.ebay.webhookSecret, 'hello'), 400, 'INVALID_BODY');
  });

  for (const amount of ['"29.99"', '29.99', '30', '30.10']) {
    it(`take the amount ${amount}, as text or as a number, exactly`, async () => {
      const text = JSON.stringify(order).replace('"29.99"', amount);
      expect((await post(api, ebayPath(mia), signInline(mia.ebay.webhookSecret, text))).status).to.equal(202);
    });
  }
});
