import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import type { Json } from './open-api.ts';
import type { Sent } from './signers.ts';

export const kinds = ['paypal', 'ebay', 'mercadolibre', 'aliexpress', 'payoneer', 'inline'] as const;
export type Kind = (typeof kinds)[number];
export type Webhook = Sent & { readonly path: string };

/** The genuine ones, where else each could be sent, and what names its tenant in a body that nobody signs. */
export type Originals = {
  readonly genuine: Readonly<Record<Kind, Webhook>>;
  readonly elsewhere: Readonly<Record<Kind, string>>;
  readonly tenants: Partial<Readonly<Record<Kind, string>>>;
};

/** One way to make of a genuine webhook one that is not. */
export type Forgery =
  | { how: 'flip a byte of the body' | 'flip a byte of the signature'; at: number; mask: number }
  | { how: 'cut the body' | 'cut the signature'; at: number }
  | { how: 'append to the body'; tail: string }
  | { how: 'replace the body'; body: string }
  | { how: 'replace the signature'; text: string }
  | { how: 'drop a header'; which: number }
  | { how: 'replace a header'; which: number; text: string }
  | { how: 'name another algorithm'; algorithm: string }
  | { how: 'sign with another key'; algorithm: 'sha1' | 'sha256' | 'sha512' }
  | { how: 'name another key'; key: string }
  | { how: 'send it to another route' | 'replay it with another body'; kind: Kind }
  | { how: 'send it to somebody else' | 'name another tenant' | 'pad it beyond the limit' };

const at = fc.nat({ max: 1_000_000 });
const mask = fc.integer({ min: 1, max: 255 });
const text = fc.string({ maxLength: 80, unit: fc.constantFrom(...'abcXYZ019+/=.-_ {}":') });
const body = fc.oneof(text, fc.json({ maxDepth: 2 }), fc.constantFrom('', '{}', '[]', 'null', '{"__proto__":{}}'));
const which = fc.nat({ max: 10 });
export const kind = fc.constantFrom(...kinds);
const one = <How extends string>(...how: How[]) => fc.constantFrom(...how);

export const forgery: fc.Arbitrary<Forgery> = fc.oneof(
  fc.record({ how: one('flip a byte of the body', 'flip a byte of the signature'), at, mask }),
  fc.record({ how: one('cut the body', 'cut the signature'), at }),
  fc.record({ how: one('append to the body'), tail: fc.constantFrom(' ', '\n', '\0', '{}', ',"a":1}') }),
  fc.record({ how: one('replace the body'), body }),
  fc.record({ how: one('replace the signature'), text }),
  fc.record({ how: one('drop a header'), which }),
  fc.record({ how: one('replace a header'), which, text }),
  fc.record({
    how: one('name another algorithm'),
    algorithm: fc.constantFrom('none', 'SHA1withRSA', 'hmac', 'HS256', 'MD5', ''),
  }),
  fc.record({ how: one('sign with another key'), algorithm: fc.constantFrom('sha1', 'sha256', 'sha512') }),
  fc.record({ how: one('name another key'), key: fc.uuid() }),
  fc.record({ how: one('send it to another route', 'replay it with another body'), kind }),
  fc.record({ how: one('send it to somebody else', 'name another tenant', 'pad it beyond the limit') }),
);

const signatureHeaders: Record<Kind, readonly string[]> = {
  paypal: ['transmission-sig', 'transmission-id', 'transmission-time', 'cert-url', 'auth-algo'].map(
    name => `paypal-${name}`,
  ),
  ebay: ['x-ebay-signature'],
  mercadolibre: [],
  aliexpress: [],
  payoneer: ['authorization'],
  inline: ['x-signature'],
};

const withHeader = (sent: Webhook, name: string, value: string | undefined): Webhook => {
  const { [name]: _gone, ...headers } = sent.headers;
  return { ...sent, headers: value === undefined ? headers : { ...headers, [name]: value } };
};

/** eBay's signature lies in an envelope that names key and algorithm. */
function withEnvelope(sent: Webhook, change: (envelope: Json) => Json): Webhook {
  const envelope: Json = JSON.parse(Buffer.from(sent.headers['x-ebay-signature'] ?? '', 'base64').toString());
  const changed = JSON.stringify({ ...envelope, ...change(envelope) });
  return withHeader(sent, 'x-ebay-signature', Buffer.from(changed).toString('base64'));
}

/** The bytes of a signature, whatever they are wrapped in. */
function withSignature(kind: Kind, sent: Webhook, change: (signature: Buffer) => Buffer | string): Webhook {
  const written = (value: Buffer | string, encoding: BufferEncoding) =>
    typeof value === 'string' ? value : value.toString(encoding);
  const [name = ''] = signatureHeaders[kind];
  const header = sent.headers[name] ?? '';
  switch (kind) {
    case 'ebay':
      return withEnvelope(sent, ({ signature }) => ({
        signature: written(change(Buffer.from(signature, 'base64')), 'base64'),
      }));
    case 'payoneer': {
      const [sender, signature = '', ...rest] = header.split(':');
      return withHeader(
        sent,
        name,
        [sender, written(change(Buffer.from(signature, 'base64')), 'base64'), ...rest].join(':'),
      );
    }
    case 'paypal':
    case 'inline': {
      const encoding = kind === 'paypal' ? 'base64' : 'hex';
      return withHeader(sent, name, written(change(Buffer.from(header, encoding)), encoding));
    }
    case 'mercadolibre':
    case 'aliexpress':
      return sent;
  }
}

const flip = (bytes: Buffer, where: number, bits: number): Buffer => {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) copy[where % copy.length] = (copy[where % copy.length] ?? 0) ^ bits;
  return copy;
};
const cut = (bytes: Buffer, where: number): Buffer => bytes.subarray(0, where % bytes.length);

const strangers = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ec: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey,
};
function strangersSignature(kind: Kind, { body: bytes }: Webhook, algorithm: string): Buffer {
  if (kind === 'paypal') return sign(algorithm, bytes, strangers.rsa);
  if (kind === 'ebay') return sign(algorithm, bytes, strangers.ec);
  return createHmac(algorithm, 'a secret of mine').update(bytes).digest();
}

function withAlgorithm(kind: Kind, sent: Webhook, algorithm: string): Webhook {
  if (kind === 'paypal') return withHeader(sent, 'paypal-auth-algo', algorithm);
  if (kind === 'ebay')
    return withEnvelope(sent, () => (algorithm === 'MD5' ? { digest: algorithm } : { alg: algorithm }));
  // A plain digest in place of a keyed one.
  return withSignature(kind, sent, () => createHash('sha256').update(sent.body).digest());
}

/** A path of PayPal's own, an id like eBay's own, a sender like Payoneer's: nobody has heard of them. */
function withKey(kind: Kind, sent: Webhook, key: string): Webhook {
  if (kind === 'ebay') return withEnvelope(sent, () => ({ kid: key }));
  if (kind === 'payoneer')
    return withHeader(sent, 'authorization', (sent.headers.authorization ?? '').replace('-sandbox:', `-${key}:`));
  const url = sent.headers['paypal-cert-url']?.replace(/[^/]+$/, `CERT-${key}`);
  return url ? withHeader(sent, 'paypal-cert-url', url) : sent;
}

export function forge(kind: Kind, plan: Forgery, { genuine, elsewhere, tenants }: Originals): Webhook {
  const sent = genuine[kind];
  const names = signatureHeaders[kind];
  const header = (position: number) => names[position % names.length] ?? '';
  switch (plan.how) {
    case 'flip a byte of the body':
      return { ...sent, body: flip(sent.body, plan.at, plan.mask) };
    case 'cut the body':
      return { ...sent, body: cut(sent.body, plan.at) };
    case 'append to the body':
      return { ...sent, body: Buffer.concat([sent.body, Buffer.from(plan.tail)]) };
    case 'replace the body':
      return { ...sent, body: Buffer.from(plan.body) };
    case 'replay it with another body':
      return { ...sent, body: genuine[plan.kind].body };
    case 'flip a byte of the signature':
      return withSignature(kind, sent, signature => flip(signature, plan.at, plan.mask));
    case 'cut the signature':
      return withSignature(kind, sent, signature => cut(signature, plan.at));
    case 'replace the signature':
      return withSignature(kind, sent, () => plan.text);
    case 'sign with another key':
      return withSignature(kind, sent, () => strangersSignature(kind, sent, plan.algorithm));
    case 'name another algorithm':
      return withAlgorithm(kind, sent, plan.algorithm);
    case 'name another key':
      return withKey(kind, sent, plan.key);
    case 'drop a header':
      return names.length > 0 ? withHeader(sent, header(plan.which), undefined) : sent;
    case 'replace a header':
      return names.length > 0 ? withHeader(sent, header(plan.which), plan.text.trim()) : sent;
    case 'send it to somebody else':
      return { ...sent, path: elsewhere[kind] };
    case 'send it to another route':
      return { ...sent, path: genuine[plan.kind].path };
    case 'name another tenant': {
      const tenant = tenants[kind];
      if (!tenant) return { ...sent, path: elsewhere[kind] };
      return { ...sent, body: Buffer.from(sent.body.toString().replaceAll(tenant, '424242424242')) };
    }
    case 'pad it beyond the limit':
      return { ...sent, body: Buffer.concat([sent.body, Buffer.alloc(256 * 1024, ' ')]) };
  }
}

/**
 * What is no forgery: the original itself, and, where nobody signs, whatever still names the same tenant at the path
 * that nobody can guess.
 */
export function couldBeGenuine(kind: Kind, forged: Webhook, { genuine, tenants }: Originals): boolean {
  const original = genuine[kind];
  const same = forged.path === original.path && forged.body.equals(original.body);
  if (same && JSON.stringify(forged.headers) === JSON.stringify(original.headers)) return true;
  if (forged.body.length > 256 * 1024) return false;
  return kinds.some(other => {
    const tenant = tenants[other];
    return tenant !== undefined && forged.path === genuine[other].path && forged.body.includes(tenant);
  });
}
