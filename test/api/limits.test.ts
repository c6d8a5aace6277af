/** Covers: api/middleware/limits.ts, store/database/request-limits.ts. */
import { expect } from 'chai';
import { hashPassword } from '../../runtime/secrets/password.ts';
import type { LimitRule } from '../../store/database/request-limits.ts';
import { wantOne } from './cart.ts';
import { leavesNothing } from './footprint.ts';
import { type Answer, type ApiOptions, type Asking, type Member, openApi } from './open-api.ts';
import { post } from './post-webhook.ts';
import { expectProblem } from './problem.ts';
import { inlineBody, signInline } from './signers.ts';

const three: LimitRule = { points: 3, windowSeconds: 600 };
const limited = (name: string): ApiOptions => ({
  env: { TRUSTED_PROXIES: '127.0.0.0/8, ::1' },
  deps: ({ limitRules, guessRules }) => ({
    limitRules: { ...limitRules, [name]: three },
    guessRules: { ...guessRules, [name]: three },
  }),
});
const from = (address: string) => ({ 'x-forwarded-for': address });

function expectTooMany(answer: Answer, code: string): void {
  expectProblem(answer, 429, code);
  expect(Number(answer.headers.get('retry-after'))).to.be.within(1, three.windowSeconds);
}

describe('api: what strangers may do so often', () => {
  it('logging in, per address, whatever accounts are tried', async () => {
    await using api = await openApi(limited('login-address'));
    const login = (name: string, address: string) =>
      api.call('POST', '/api/auth/login', {
        body: { email: `${name}@example.com`, password: 'x' },
        headers: from(address),
      });
    for (const name of ['a', 'b', 'c']) expectProblem(await login(name, '192.0.2.1'), 401, 'LOGIN_REFUSED');
    expectTooMany(await login('d', '192.0.2.1'), 'TOO_MANY_LOGINS');
    expectProblem(await login('d', '192.0.2.2'), 401, 'LOGIN_REFUSED');
    for (const last of ['1', 'ffff:2', '3::4'])
      expectProblem(await login('a', `2001:db8:1:1::${last.replace('::', ':')}`), 401, 'LOGIN_REFUSED');
    expectTooMany(await login('a', '2001:db8:1:1:aaaa::9'), 'TOO_MANY_LOGINS');
    expectProblem(await login('a', '2001:db8:1:2::9'), 401, 'LOGIN_REFUSED');
  });

  it('logging in: whoever gets in is not counted, however many do from one address', async () => {
    await using api = await openApi(limited('login-address'));
    const login = (password: string) =>
      api.call('POST', '/api/auth/login', {
        body: { email: 'admin@localhost', password },
        headers: from('192.0.2.1'),
      });
    const passwordHash = await hashPassword('the right one');
    await api.stage.store.transaction(em =>
      em.execute('update users set password_hash = ? where email = ?', [passwordHash, 'admin@localhost']),
    );
    for (let turn = 0; turn < 5; turn += 1) expect((await login('the right one')).status).to.equal(200);
    for (let turn = 0; turn < 3; turn += 1) expectProblem(await login('wrong'), 401, 'LOGIN_REFUSED');
    expectTooMany(await login('the right one'), 'TOO_MANY_LOGINS');
  });

  it('checking out, per address of a buyer; the seller’s own shop is not held up by it', async () => {
    await using api = await openApi(limited('checkout-address'));
    const mia = await api.hire();
    const goods = await api.stage.stockUp(mia);
    const create = (address: string, as?: Member) =>
      api.call('POST', '/api/paypal/create-order', { body: wantOne(goods), headers: from(address), as });
    for (let turn = 0; turn < 3; turn += 1) expect((await create('192.0.2.1')).status).to.equal(201);
    await leavesNothing(api, async () => expectTooMany(await create('192.0.2.1'), 'TOO_MANY_CHECKOUTS'));
    expect((await create('192.0.2.2')).status).to.equal(201);
    expect((await create('192.0.2.1', mia)).status).to.equal(201);
  });

  it('checking out, also for who is logged in, but for the seller of the goods', async () => {
    await using api = await openApi(limited('checkout-address'));
    const [mia, rival] = [await api.hire(), await api.hire()];
    const goods = await api.stage.stockUp(mia);
    const create = (as: Asking) =>
      api.call('POST', '/api/paypal/create-order', { body: wantOne(goods), headers: from('192.0.2.1'), as });
    expect((await create(rival)).status).to.equal(201);
    for (const as of [rival, api.admin]) expect((await create(as)).status).to.equal(201);
    for (const as of [rival, api.admin, undefined]) expectTooMany(await create(as), 'TOO_MANY_CHECKOUTS');
    for (let turn = 0; turn < 5; turn += 1) expect((await create(mia)).status).to.equal(201);
  });

  it('but nobody shuts a seller’s shop: many checkouts of one are told in the log, and taken', async () => {
    const warned: object[] = [];
    await using api = await openApi({
      ...limited('checkout-seller'),
      deps: deps => ({
        ...limited('checkout-seller').deps?.(deps, undefined as never),
        log: Object.assign(Object.create(deps.log), { warn: (line: object) => void warned.push(line) }),
      }),
    });
    const mia = await api.hire();
    const goods = await api.stage.stockUp(mia);
    const create = (address: string) =>
      api.call('POST', '/api/paypal/create-order', { body: wantOne(goods), headers: from(address) });
    for (const last of [1, 2, 3]) expect((await create(`192.0.2.${last}`)).status).to.equal(201);
    expect(warned).to.deep.equal([]);
    expect((await create('192.0.2.4')).status).to.equal(201);
    expect(warned).to.deep.equal([{ sellerId: mia.id }]);
  });

  it('sending webhooks that are refused, per address; the genuine are taken from there all the same', async () => {
    await using api = await openApi(limited('refused-webhook'));
    const mia = await api.hire();
    const path = `/api/webhooks/inline/${mia.ebay.id}`;
    const send = (secret: string, address: string) => {
      const { headers, body } = signInline(secret, inlineBody());
      return post(api, path, { headers: { ...headers, ...from(address) }, body });
    };
    for (let turn = 0; turn < 3; turn += 1) expectProblem(await send('guessed', '192.0.2.1'), 401, 'WEBHOOK_REFUSED');
    await leavesNothing(api, async () => expectTooMany(await send('guessed', '192.0.2.1'), 'TOO_MANY_REFUSED'));
    expectProblem(await send('guessed', '192.0.2.2'), 401, 'WEBHOOK_REFUSED');
    expect((await send(mia.ebay.webhookSecret, '192.0.2.1')).status).to.equal(202);
  });

  it('sending bodies that cannot be read, per address; those that can be are taken from there all the same', async () => {
    await using api = await openApi(limited('refused-body'));
    const send = (raw: string, address: string, type = 'application/json') =>
      api.call('POST', '/api/auth/logout', { raw, headers: { 'content-type': type, ...from(address) } });
    expectProblem(await send('{', '192.0.2.1'), 400, 'INVALID_BODY');
    expectProblem(await send('a=b', '192.0.2.1', 'text/plain'), 415, 'UNSUPPORTED_MEDIA_TYPE');
    expectProblem(await send(`["${'x'.repeat(16 * 1024)}"]`, '192.0.2.1'), 413, 'BODY_TOO_LARGE');
    await leavesNothing(api, async () => expectTooMany(await send('{"__proto__":1}', '192.0.2.1'), 'TOO_MANY_REFUSED'));
    expectProblem(await send('{', '192.0.2.2'), 400, 'INVALID_BODY');
    expect((await send('{}', '192.0.2.1')).status).to.equal(204);
  });

  it('an address that nobody vouches for is not believed', async () => {
    await using api = await openApi({ ...limited('login-address'), env: {} });
    const login = (address: string) =>
      api.call('POST', '/api/auth/login', {
        body: { email: 'a@example.com', password: 'x' },
        headers: from(address),
      });
    for (const last of [1, 2, 3]) await login(`192.0.2.${last}`);
    expectTooMany(await login('192.0.2.4'), 'TOO_MANY_LOGINS');
  });
});
