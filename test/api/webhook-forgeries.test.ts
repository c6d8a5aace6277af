import { expect } from 'chai';
import fc from 'fast-check';
import { createEbayClient } from '../../providers/ebay/client.ts';
import { berlin } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { fillCart } from './cart.ts';
import { type Api, type Json, type Member, openApi } from './open-api.ts';
import { delivered, eventsOf, post } from './post-webhook.ts';
import { expectProblem } from './problem.ts';
import { inlineBody, type Sent, signInline } from './signers.ts';

const kinds = ['paypal', 'ebay', 'mercadolibre', 'inline'] as const;
type Kind = (typeof kinds)[number];
type Webhook = Sent & { readonly path: string };

/** One way to make of a genuine webhook one that is not. */
type Forgery =
  | { how: 'flip a byte of the body'; at: number; mask: number }
  | { how: 'cut the body'; at: number }
  | { how: 'append to the body'; tail: string }
  | { how: 'replace the body'; body: string }
  | { how: 'flip a byte of the signature'; at: number; mask: number }
  | { how: 'cut the signature'; at: number }
  | { how: 'replace the signature'; text: string }
  | { how: 'drop a header'; which: number }
  | { how: 'replace a header'; which: number; text: string }
  | { how: 'send it to somebody else' }
  | { how: 'send it to another route'; kind: Kind }
  | { how: 'send it as somebody else’s body'; kind: Kind }
  | { how: 'pad it beyond the limit' };

const at = fc.nat({ max: 1_000_000 });
const mask = fc.integer({ min: 1, max: 255 });
const text = fc.string({ maxLength: 80, unit: fc.constantFrom(...'abcXYZ019+/=.-_ {}":') });
const body = fc.oneof(text, fc.json({ maxDepth: 2 }), fc.constantFrom('', '{}', '[]', 'null', '{"__proto__":{}}'));
const which = fc.nat({ max: 10 });
const kind = fc.constantFrom(...kinds);

const forgery: fc.Arbitrary<Forgery> = fc.oneof(
  fc.record({ how: fc.constant('flip a byte of the body' as const), at, mask }),
  fc.record({ how: fc.constant('cut the body' as const), at }),
  fc.record({
    how: fc.constant('append to the body' as const),
    tail: fc.constantFrom(' ', '\n', '\0', '{}', ',"a":1}'),
  }),
  fc.record({ how: fc.constant('replace the body' as const), body }),
  fc.record({ how: fc.constant('flip a byte of the signature' as const), at, mask }),
  fc.record({ how: fc.constant('cut the signature' as const), at }),
  fc.record({ how: fc.constant('replace the signature' as const), text }),
  fc.record({ how: fc.constant('drop a header' as const), which }),
  fc.record({ how: fc.constant('replace a header' as const), which, text }),
  fc.record({ how: fc.constant('send it to somebody else' as const) }),
  fc.record({ how: fc.constant('send it to another route' as const), kind }),
  fc.record({ how: fc.constant('send it as somebody else’s body' as const), kind }),
  fc.record({ how: fc.constant('pad it beyond the limit' as const) }),
);

describe('api: 400 forged webhooks', () => {
  let api: Api;
  let mia: Member;
  let tom: Member;
  let genuine: Record<Kind, Webhook>;
  /** The same routes, as they are for another reseller. */
  let elsewhere: Record<Kind, string>;

  before(async () => {
    // A client for each key: here the limit on made-up keys would answer instead of the signature.
    api = await openApi({ deps: ({ config }) => ({ ebayKeys: createEbayClient(config.ebay).publicKey }) });
    [mia, tom] = [await api.hire(), await api.hire()];
    const { control } = api.stage;
    const { paypalOrderId } = await fillCart(api, await api.stage.stockUp(mia));
    const segment = ({ mercadolibre }: Member) => `/api/webhooks/mercadolibre/${mercadolibre.segment}`;
    const [paypal] = (await delivered(api, () => control('approve', { paypalOrderId }))) as [Webhook];
    const [ebay] = (await delivered(api, () => control('orders', ebayOrder()))) as [Webhook];
    const [mercadolibre] = (await delivered(api, () =>
      control('orders', mercadoLibreOrder(api.url + segment(mia))),
    )) as [Webhook];
    await until(() => api.stage.jobs.length === 3);
    api.stage.jobs.length = 0;
    await api.rows('delete from inbound_events');
    const inline = { path: `/api/webhooks/inline/${mia.ebay.id}`, ...signInline(mia.ebay.webhookSecret, inlineBody()) };
    genuine = { paypal, ebay, mercadolibre, inline };
    elsewhere = {
      paypal: '/api/webhooks/ebay',
      ebay: '/api/webhooks/paypal',
      mercadolibre: segment(tom),
      inline: `/api/webhooks/inline/${tom.ebay.id}`,
    };
  });
  after(() => api[Symbol.asyncDispose]());

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

  const signatureHeaders: Record<Kind, string[]> = {
    paypal: ['transmission-sig', 'transmission-id', 'transmission-time', 'cert-url', 'auth-algo'].map(
      name => `paypal-${name}`,
    ),
    ebay: ['x-ebay-signature'],
    mercadolibre: [],
    inline: ['x-signature'],
  };
  const encodings: Partial<Record<Kind, BufferEncoding>> = { paypal: 'base64', inline: 'hex' };

  const withHeader = (sent: Webhook, name: string, value: string | undefined): Webhook => {
    const { [name]: _gone, ...headers } = sent.headers;
    return { ...sent, headers: value === undefined ? headers : { ...headers, [name]: value } };
  };

  /** The bytes of a signature, whatever they are wrapped in. */
  function withSignature(kind: Kind, sent: Webhook, change: (signature: Buffer) => Buffer | string): Webhook {
    const [name = ''] = signatureHeaders[kind];
    const header = sent.headers[name] ?? '';
    const rewritten = (value: Buffer | string, encoding: BufferEncoding) =>
      typeof value === 'string' ? value : value.toString(encoding);
    if (kind === 'ebay') {
      const envelope: Json = JSON.parse(Buffer.from(header, 'base64').toString());
      const signature = rewritten(change(Buffer.from(envelope.signature, 'base64')), 'base64');
      return withHeader(sent, name, Buffer.from(JSON.stringify({ ...envelope, signature })).toString('base64'));
    }
    const encoding = encodings[kind];
    return encoding ? withHeader(sent, name, rewritten(change(Buffer.from(header, encoding)), encoding)) : sent;
  }

  const flip = (bytes: Buffer, where: number, bits: number): Buffer => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[where % copy.length] = (copy[where % copy.length] ?? 0) ^ bits;
    return copy;
  };
  const cut = (bytes: Buffer, where: number): Buffer => bytes.subarray(0, where % bytes.length);

  function forge(kind: Kind, plan: Forgery): Webhook {
    const sent = genuine[kind];
    const names = signatureHeaders[kind];
    switch (plan.how) {
      case 'flip a byte of the body':
        return { ...sent, body: flip(sent.body, plan.at, plan.mask) };
      case 'cut the body':
        return { ...sent, body: cut(sent.body, plan.at) };
      case 'append to the body':
        return { ...sent, body: Buffer.concat([sent.body, Buffer.from(plan.tail)]) };
      case 'replace the body':
        return { ...sent, body: Buffer.from(plan.body) };
      case 'flip a byte of the signature':
        return withSignature(kind, sent, signature => flip(signature, plan.at, plan.mask));
      case 'cut the signature':
        return withSignature(kind, sent, signature => cut(signature, plan.at));
      case 'replace the signature':
        return withSignature(kind, sent, () => plan.text);
      case 'drop a header':
        return names.length > 0 ? withHeader(sent, names[plan.which % names.length] ?? '', undefined) : sent;
      case 'replace a header':
        return names.length > 0 ? withHeader(sent, names[plan.which % names.length] ?? '', plan.text.trim()) : sent;
      case 'send it to somebody else':
        return { ...sent, path: elsewhere[kind] };
      case 'send it to another route':
        return { ...sent, path: genuine[plan.kind].path };
      case 'send it as somebody else’s body':
        return { ...sent, body: genuine[plan.kind].body };
      case 'pad it beyond the limit':
        return { ...sent, body: Buffer.concat([sent.body, Buffer.alloc(256 * 1024, ' ')]) };
    }
  }

  /** MercadoLibre signs nothing: a body that still names the same seller, application and a resource is as good as new. */
  const couldBeGenuine = (kind: Kind, forged: Webhook): boolean => {
    const { path, headers, body: bytes } = genuine[kind];
    if (forged.path === path && forged.body.equals(bytes) && JSON.stringify(forged.headers) === JSON.stringify(headers))
      return true;
    if (forged.path !== genuine.mercadolibre.path || forged.body.length > 256 * 1024) return false;
    const kept = [
      `"user_id":${mia.mercadolibre.accountId}`,
      `"application_id":${api.stage.config.mercadolibre.clientId}`,
    ];
    return kept.every(part => forged.body.toString().includes(part));
  };

  it('are all refused with a 4xx; none is stored, none leaves a job', async function () {
    this.timeout(120_000);
    const tried = new Set<string>();
    await fc.assert(
      fc.asyncProperty(kind, forgery, async (genuineKind, plan) => {
        const forged = forge(genuineKind, plan);
        fc.pre(!couldBeGenuine(genuineKind, forged));
        const answer = await post(api, forged.path, forged);
        expect(answer.status, `${genuineKind}: ${answer.text}`).to.be.within(400, 499);
        expectProblem(answer, answer.status, /^[A-Z][A-Z_]+$/);
        tried.add(`${genuineKind} ${plan.how}`);
        const [{ n }] = (await api.rows('select count(*)::int as n from inbound_events')) as [{ n: number }];
        expect(n, 'stored').to.equal(0);
        expect(api.stage.jobs, 'to do').to.deep.equal([]);
      }),
      { numRuns: 400, seed: 20_261_120 },
    );
    expect(tried.size, [...tried].sort().join('\n')).to.be.greaterThan(40);
  });

  it('and the four that they were made from are taken, once each', async () => {
    for (const sent of Object.values(genuine)) expect((await post(api, sent.path, sent)).status).to.be.within(200, 299);
    expect((await eventsOf(api)).map(({ source }) => source).sort()).to.deep.equal([...kinds].sort());
    expect(api.stage.jobs).to.have.length(4);
  });
});
