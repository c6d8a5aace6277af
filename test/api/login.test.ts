/** Covers: api/routes/auth.ts, api/middleware/session.ts, store/accounts/log-in.ts. */
import { expect } from 'chai';
import { createSessions } from '../../api/middleware/session.ts';
import { hashPassword } from '../../runtime/secrets/password.ts';
import { addUser } from '../../store/accounts/users.ts';
import { type Api, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';

const password = 'correct horse battery staple';

describe('api: logging in', () => {
  let api: Api;
  before(async () => {
    api = await openApi();
    const passwordHash = await hashPassword(password);
    for (const name of ['mia', 'tom', 'eve', 'zoe', 'ann', 'kim', 'max'])
      await api.stage.store.transaction(em =>
        addUser(em, { email: `${name}@example.com`, passwordHash, role: 'reseller', payoutReceiver: null }),
      );
    await api.rows('update users set password_hash = ? where email = ?', [passwordHash, 'admin@localhost']);
  });
  after(() => api[Symbol.asyncDispose]());

  const login = (email: string, secret = password, headers = {}) =>
    api.call('POST', '/api/auth/login', { body: { email, password: secret }, headers });
  const me = (headers: Record<string, string>) => api.call('GET', '/api/auth/me', { headers });

  it('gives a bearer token and a cookie that no script can read, either of which is the session', async () => {
    const answer = await login('mia@example.com');
    expect(answer.status).to.equal(200);
    expect(answer.json.user).to.deep.include({ email: 'mia@example.com', role: 'reseller' });
    const [cookie = '', ...more] = answer.headers.getSetCookie();
    expect(more).to.deep.equal([]);
    const [pair = '', ...attributes] = cookie.split('; ');
    expect(pair).to.equal(`session=${answer.json.token}`);
    expect(attributes).to.include.members(['HttpOnly', 'SameSite=Lax', 'Path=/']);
    for (const headers of [{ cookie: `theme=dark; ${pair}` }, { authorization: `Bearer ${answer.json.token}` }])
      expect((await me(headers)).json).to.deep.equal(answer.json.user);
  });

  it('marks the cookie Secure in production', async () => {
    await using strict = await openApi({
      deps: ({ config: given, store }) => {
        const config = { ...given, nodeEnv: 'production' } as const;
        return { config, sessions: createSessions(config, store) };
      },
    });
    await strict.rows('update users set password_hash = ?', [await hashPassword(password)]);
    const body = { email: 'admin@localhost', password };
    const [cookie] = (await strict.call('POST', '/api/auth/login', { body })).headers.getSetCookie();
    expect(cookie).to.match(/^__Host-session=/);
    expect(cookie?.split('; ')).to.include.members(['Secure', 'HttpOnly', 'Path=/']);
  });

  it('lets admin@localhost in, whose address has no dot', async () => {
    const { status, json } = await login('admin@localhost');
    expect(status).to.equal(200);
    expect(json.user).to.deep.equal({ id: api.admin.id, email: 'admin@localhost', role: 'admin' });
  });

  it('finds the user however the address is spelt', async () => {
    expect((await login('  Mia@Example.COM ')).status).to.equal(200);
  });

  it('answers a wrong password and an unknown user alike', async () => {
    const [wrong, unknown] = [await login('tom@example.com', 'wrong'), await login('nobody@example.com')];
    expectProblem(wrong, 401, 'LOGIN_REFUSED');
    expect(unknown.text).to.equal(wrong.text);
    expect(unknown.status).to.equal(wrong.status);
    const names = ({ headers }: typeof wrong) => [...headers.keys()].sort();
    expect(names(unknown)).to.deep.equal(names(wrong));
    expect(wrong.headers.getSetCookie()).to.deep.equal([]);
  });

  it('refuses a user whose stored hash is of no kind that we know', async () => {
    await api.rows('update users set password_hash = ? where email = ?', ['', 'max@example.com']);
    for (const secret of ['', ' ', 'none', password]) {
      const answer = await login('max@example.com', secret);
      expect(answer.status, JSON.stringify(secret)).to.be.oneOf([400, 401]);
    }
  });

  it('stops the eleventh try at one address, also with the right password', async () => {
    for (let attempt = 0; attempt < 10; attempt += 1)
      expectProblem(await login('eve@example.com', 'wrong'), 401, 'LOGIN_REFUSED');
    expectProblem(await login('eve@example.com'), 429, 'TOO_MANY_LOGINS');
    expect((await login('mia@example.com')).status, 'somebody else').to.equal(200);
  });

  it('counts tries that come at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 25 }, () => login('zoe@example.com', 'wrong')));
    expect(answers.filter(({ status }) => status === 401)).to.have.length(10);
    expect(answers.filter(({ status }) => status === 429)).to.have.length(15);
  });

  it('gives no new tries to the same address in another spelling', async () => {
    const spellings = [
      'ann@example.com',
      'ANN@example.com',
      ' ann@example.com',
      '\tann@EXAMPLE.com ',
      'ann@example.com\n',
    ];
    for (const email of [...spellings, ...spellings]) expectProblem(await login(email, 'wrong'), 401, 'LOGIN_REFUSED');
    for (const email of spellings) expectProblem(await login(email), 429, 'TOO_MANY_LOGINS');
  });

  it('forgets the failed tries once the password was right', async () => {
    for (let round = 0; round < 2; round += 1) {
      for (let attempt = 0; attempt < 9; attempt += 1) await login('kim@example.com', 'wrong');
      expect((await login('kim@example.com')).status, `round ${round}`).to.equal(200);
    }
  });

  it('keeps neither addresses nor passwords in the table that counts tries', async () => {
    await login('secretive@example.com', 'my password');
    const kept = JSON.stringify(await api.rows('select * from rate_limits'));
    expect(kept).to.include('login-account:');
    expect(kept).not.to.match(/secretive|my password/);
  });

  it('takes the longest address it accepts', async () => {
    expectProblem(await login('x'.repeat(256)), 401, 'LOGIN_REFUSED');
    expect(expectProblem(await login('x'.repeat(257)), 400, 'INVALID_INPUT')).to.deep.equal(['email']);
  });

  it('lets a browser log in, and out, whose cookie is worth nothing any more', async () => {
    const stale = { cookie: 'session=eyJhbGciOiJIUzI1NiJ9.e30.x' };
    expectProblem(await me(stale), 401, 'SESSION_INVALID');
    expect((await login('mia@example.com', password, stale)).status).to.equal(200);
    expect((await api.call('POST', '/api/auth/logout', { headers: stale })).status).to.equal(204);
  });

  it('ends a session with the log-out, also for who has copied its token; other sessions stay', async () => {
    const [here, there] = [(await login('mia@example.com')).json.token, (await login('mia@example.com')).json.token];
    const ways = (token: string) => [{ authorization: `Bearer ${token}` }, { cookie: `session=${token}` }];
    for (const headers of ways(here)) expect((await me(headers)).status).to.equal(200);
    await api.call('POST', '/api/auth/logout', { headers: { cookie: `session=${here}` } });
    for (const headers of ways(here)) expectProblem(await me(headers), 401, 'SESSION_INVALID');
    for (const headers of ways(there)) expect((await me(headers)).status).to.equal(200);
    await api.call('POST', '/api/auth/logout', { headers: { authorization: `Bearer ${there}` } });
    for (const headers of ways(there)) expectProblem(await me(headers), 401, 'SESSION_INVALID');
    const again = await api.call('POST', '/api/auth/logout', { headers: { authorization: `Bearer ${there}` } });
    expect(again.status).to.equal(204);
  });

  it('takes the cookie away at the log-out', async () => {
    const { json } = await login('mia@example.com');
    const headers = { cookie: `session=${json.token}` };
    const [cookie = ''] = (await api.call('POST', '/api/auth/logout', { headers })).headers.getSetCookie();
    expect(cookie).to.match(/^session=;/);
    expect(cookie).to.match(/Expires=Thu, 01 Jan 1970/);
    expect(cookie.split('; ')).to.include.members(['HttpOnly', 'SameSite=Lax', 'Path=/']);
  });
});
