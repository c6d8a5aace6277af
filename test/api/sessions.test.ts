import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import { type Api, type Member, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('api: session tokens', () => {
  let api: Api;
  let mia: Member;
  let key: Uint8Array;
  before(async () => {
    api = await openApi();
    mia = await api.hire();
    key = new TextEncoder().encode(api.stage.config.jwtSecret);
  });
  after(() => api[Symbol.asyncDispose]());

  type Changes = { key?: Uint8Array; issuer?: string; audience?: string; expiresAt?: number | null; subject?: string };
  const signed = async (claims: Record<string, unknown> = {}, changes: Changes = {}): Promise<string> => {
    const { issuer = 'orders', audience = 'api', expiresAt, subject = mia.id } = changes;
    const token = new SignJWT({ role: 'reseller', ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(subject)
      .setIssuer(issuer)
      .setAudience(audience)
      .setJti(randomUUID())
      .setIssuedAt();
    if (expiresAt !== null) token.setExpirationTime(expiresAt ?? Math.floor(Date.now() / 1000) + 60);
    return token.sign(changes.key ?? key);
  };

  const ways = (token: string): Record<string, string>[] => [
    { authorization: `Bearer ${token}` },
    { cookie: `session=${token}` },
  ];

  it('are taken when we signed them', async () => {
    for (const headers of ways(await signed()))
      expect((await api.call('GET', '/api/orders', { headers })).status).to.equal(200);
  });

  const refused: Record<string, () => string | Promise<string>> = {
    'that have expired': () => signed({}, { expiresAt: Math.floor(Date.now() / 1000) - 1 }),
    'that never expire': () => signed({}, { expiresAt: null }),
    'signed with another key': () => signed({}, { key: new TextEncoder().encode('x'.repeat(64)) }),
    'from another issuer': () => signed({}, { issuer: 'somebody' }),
    'for another audience': () => signed({}, { audience: 'dashboard' }),
    'of a role that is none': () => signed({ role: 'owner' }),
    'without a role': () => signed({ role: undefined }),
    'not valid yet': () => signed({ nbf: Math.floor(Date.now() / 1000) + 3600 }),
    'with alg none': async () => {
      const [, claims] = (await signed({ role: 'admin' })).split('.');
      return `${part({ alg: 'none' })}.${claims}.`;
    },
    'with alg none and a signature': async () => {
      const [, claims, signature] = (await signed()).split('.');
      return `${part({ alg: 'none' })}.${claims}.${signature}`;
    },
    'with HS512 and the right key': async () => {
      const [, claims] = (await signed()).split('.');
      const text = `${part({ alg: 'HS512' })}.${claims}`;
      return `${text}.${createHmac('sha512', key).update(text).digest('base64url')}`;
    },
    'with RS256': () =>
      new SignJWT({ role: 'admin' })
        .setProtectedHeader({ alg: 'RS256' })
        .setSubject(mia.id)
        .setIssuer('orders')
        .setAudience('api')
        .setExpirationTime('1h')
        .setJti(randomUUID())
        .sign(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
    'whose claims were changed': async () => {
      const [header, claims = '', signature] = (await signed()).split('.');
      const read = JSON.parse(Buffer.from(claims, 'base64url').toString());
      return `${header}.${part({ ...read, role: 'admin' })}.${signature}`;
    },
    'without an id to end them by': async () =>
      new SignJWT({ role: 'reseller' })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(mia.id)
        .setIssuer('orders')
        .setAudience('api')
        .setExpirationTime('1h')
        .sign(key),
    'that are cut off': async () => (await signed()).slice(0, -4),
    'that are no tokens': () => 'x.y.z',
  };

  for (const [what, forge] of Object.entries(refused)) {
    it(`${what} are refused, in the header and in the cookie`, async () => {
      for (const headers of ways(await forge()))
        for (const path of ['/api/auth/me', '/api/orders', `/api/orders/${mia.id}`])
          expectProblem(await api.call('GET', path, { headers }), 401, 'SESSION_INVALID');
    });
  }

  it('in another scheme than Bearer are not read', async () => {
    for (const authorization of [`Basic ${await signed()}`, await signed(), `Bearer${await signed()}`, 'Bearer '])
      expectProblem(await api.call('GET', '/api/orders', { headers: { authorization } }), 401, 'LOGIN_NEEDED');
  });

  it('in an address are not read: it would end in logs', async () => {
    const token = await signed();
    for (const query of [`token=${token}`, `session=${token}`, `access_token=${token}`])
      expectProblem(await api.call('GET', `/api/auth/me?${query}`), 401, 'LOGIN_NEEDED');
  });

  it('of an admin who is one no more open nothing', async () => {
    const as = { token: await signed({ role: 'admin' }) };
    expectProblem(await api.call('GET', '/api/orders', { as }), 401, 'SESSION_INVALID');
  });

  it('of a user who is no more show nobody', async () => {
    const subject = '00000000-0000-4000-8000-000000000000';
    const headers = { authorization: `Bearer ${await signed({}, { subject })}` };
    expectProblem(await api.call('GET', '/api/auth/me', { headers }), 401, 'SESSION_INVALID');
  });
});
