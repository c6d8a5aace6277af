/** Covers: store/accounts/sessions.ts, runtime/http/session-token.ts, api/middleware/session.ts. */
import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { decodeJwt, SignJWT } from 'jose';
import { type Api, type Member, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('api: session tokens', () => {
  let api: Api;
  let mia: Member;
  let key: Uint8Array;
  let sessionId: string;
  before(async () => {
    api = await openApi();
    mia = await api.hire();
    key = new TextEncoder().encode(api.stage.config.jwtSecret);
    sessionId = String(decodeJwt(mia.token).jti);
  });
  after(() => api[Symbol.asyncDispose]());

  type Changes = { key?: Uint8Array; issuer?: string; audience?: string; expiresAt?: number | null; id?: string };
  const signed = async (claims: Record<string, unknown> = {}, changes: Changes = {}): Promise<string> => {
    const { issuer = 'orders', audience = 'api', expiresAt, id = sessionId } = changes;
    const token = new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setJti(id)
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
    'of a session that nobody began': () => signed({}, { id: randomUUID() }),
    'whose id is no UUID': () => signed({}, { id: 'x' }),
    'whose id has the brackets of one': () => signed({}, { id: `{${sessionId}}` }),
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

  it('say nothing of a role: that is asked', async () => {
    const as = { token: await signed({ role: 'admin' }) };
    expect((await api.call('GET', '/api/auth/me', { as })).json).to.include({ role: 'reseller' });
    expectProblem(await api.call('GET', '/api/users', { as }), 403, 'ADMINS_ONLY');
  });

  it('of an admin who is one no more open nothing', async () => {
    const zoe = await api.hire();
    await api.rows(`update users set role = 'admin' where id = ?`, [zoe.id]);
    expectProblem(await api.call('GET', '/api/orders', { as: zoe }), 401, 'SESSION_INVALID');
  });

  it('of which a cookie comes twice are nobody’s: a neighbouring host can set one of them', async () => {
    const cookie = `session=${mia.token}; session=${(await api.hire()).token}`;
    expectProblem(await api.call('GET', '/api/orders', { headers: { cookie } }), 401, 'LOGIN_NEEDED');
  });
});
