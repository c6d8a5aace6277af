/** Covers: api/routes/users.ts, api/routes/account.ts, store/accounts/accounts.ts. */
import { expect } from 'chai';
import type { UserId } from '../../domain/ids.ts';
import { hashPassword } from '../../runtime/secrets/password.ts';
import { setPassword } from '../../store/accounts/accounts.ts';
import { addUser } from '../../store/accounts/users.ts';
import { type Role, User } from '../../store/entities/people.ts';
import { type Api, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';

const first = 'correct horse battery staple';
const second = 'a quite different sentence';

describe('api: accounts have an end', () => {
  let api: Api;
  let passwordHash: string;
  before(async () => {
    api = await openApi();
    passwordHash = await hashPassword(first);
  });
  after(() => api[Symbol.asyncDispose]());

  let count = 0;
  const join = async (role: Role = 'reseller') => {
    count += 1;
    const email = `member-${count}@example.com`;
    const user = await api.stage.store.transaction(em =>
      addUser(em, { email, passwordHash, role, payoutReceiver: null }),
    );
    return { id: user!.id, email };
  };
  const logIn = (email: string, password = first) => api.call('POST', '/api/auth/login', { body: { email, password } });
  const isIn = async (token: string) => (await api.call('GET', '/api/auth/me', { as: { token } })).status === 200;
  const sessionOf = async (email: string, password = first) => ({
    token: String((await logIn(email, password)).json.token),
  });

  it('a password is changed by who knows the old one; the other sessions are over, at both doors', async () => {
    const { email } = await join();
    const [here, there] = [await sessionOf(email), await sessionOf(email)];
    const change = (password: string, newPassword: string) =>
      api.call('PUT', '/api/auth/password', { as: here, body: { password, newPassword } });
    expectProblem(await change('not it', second), 422, 'PASSWORD_WRONG');
    expect(await isIn(there.token)).to.equal(true);
    expect((await change(first, second)).status).to.equal(204);
    expect([await isIn(here.token), await isIn(there.token)]).to.deep.equal([true, false]);
    expectProblem(await logIn(email, first), 401, 'LOGIN_REFUSED');
    expect((await logIn(email, second)).status).to.equal(200);
  });

  for (const weak of ['passwordpassword', '123456789012', 'aaaaaaaaaaaa', 'qwertyuiopasdf', 'member-mail@example.com'])
    it(`the password ${weak} is refused wherever one is set`, async () => {
      const email = 'member-mail@example.com';
      const as = api.admin;
      const post = (password: string) => api.call('POST', '/api/users', { as, body: { email, password } });
      expect(expectProblem(await post(weak), 422, 'PASSWORD_WEAK')).to.deep.equal(['password']);
      const user = await join();
      const own = await sessionOf(user.email);
      const body = { password: first, newPassword: weak };
      const isOwnMail = weak.includes('@');
      if (!isOwnMail)
        expectProblem(await api.call('PUT', '/api/auth/password', { as: own, body }), 422, 'PASSWORD_WEAK');
      const { token } = (await api.call('POST', `/api/users/${user.id}/password-reset`, { as })).json;
      const reset = () => api.call('POST', '/api/auth/password-reset', { body: { token, password: weak } });
      if (!isOwnMail) expectProblem(await reset(), 422, 'PASSWORD_WEAK');
    });

  it('a link to a new password works once, ends all sessions, and is worth nothing after another one', async () => {
    const { id, email } = await join();
    const before = await sessionOf(email);
    const open = async () =>
      String((await api.call('POST', `/api/users/${id}/password-reset`, { as: api.admin })).json.token);
    const [older, newer] = [await open(), await open()];
    const reset = (token: string) =>
      api.call('POST', '/api/auth/password-reset', { body: { token, password: second } });
    expectProblem(await reset(older), 410, 'RESET_OVER');
    expect((await reset(newer)).status).to.equal(204);
    expectProblem(await reset(newer), 410, 'RESET_OVER');
    expect(await isIn(before.token)).to.equal(false);
    expect((await logIn(email, second)).status).to.equal(200);
  });

  it('a link that is too old, or whose owner changed the password meanwhile, is worth nothing', async () => {
    const { id, email } = await join();
    const open = async () =>
      String((await api.call('POST', `/api/users/${id}/password-reset`, { as: api.admin })).json.token);
    const reset = (token: string) =>
      api.call('POST', '/api/auth/password-reset', { body: { token, password: second } });
    const old = await open();
    await api.rows('update password_resets set expires_at = clock_now() where user_id = ? and used_at is null', [id]);
    expectProblem(await reset(old), 410, 'RESET_OVER');
    const overtaken = await open();
    const body = { password: first, newPassword: 'yet another long sentence' };
    await api.call('PUT', '/api/auth/password', { as: await sessionOf(email), body });
    expectProblem(await reset(overtaken), 410, 'RESET_OVER');
  });

  it('a new account without a password has a link to choose one, which nobody but its owner sees', async () => {
    const made = await api.call('POST', '/api/users', { as: api.admin, body: { email: 'new@example.com' } });
    expect(made.status).to.equal(201);
    const { token } = made.json.reset;
    await api.call('POST', '/api/auth/password-reset', { body: { token, password: second } });
    expect((await logIn('new@example.com', second)).status).to.equal(200);
    expect(JSON.stringify(await api.rows('select * from password_resets'))).not.to.include(token);
  });

  it('who is switched off is out at once, and cannot come back in; switched on again, they can', async () => {
    const { id, email } = await join();
    const { token } = await sessionOf(email);
    const turn = (disabled: boolean) => api.call('PATCH', `/api/users/${id}`, { as: api.admin, body: { disabled } });
    expect((await turn(true)).json.disabledAt).to.be.a('string');
    expect(await isIn(token)).to.equal(false);
    expectProblem(await logIn(email), 401, 'LOGIN_REFUSED');
    const [refused] = await api.rows('select outcome from operator_audit where operator = ? order by id desc', [email]);
    expect(refused.outcome).to.equal('denied: disabled');
    expect((await turn(false)).json.disabledAt).to.equal(null);
    expect(await isIn(token), 'the old session stays ended').to.equal(false);
    expect((await logIn(email)).status).to.equal(200);
  });

  it('sessions are listed with where they come from, and ended one by one, or all others, by nobody else', async () => {
    const [mia, tom] = [await join(), await join()];
    const [one, two, three] = [await sessionOf(mia.email), await sessionOf(mia.email), await sessionOf(mia.email)];
    const { sessions } = (await api.call('GET', '/api/auth/sessions', { as: one })).json;
    expect(sessions).to.have.length(3);
    const [own] = sessions.filter(({ isThisOne }: { isThisOne: boolean }) => isThisOne);
    expect(own).to.include({ source: '127.0.0.1', door: 'api' });
    const [other] = sessions.filter(({ isThisOne }: { isThisOne: boolean }) => !isThisOne);
    const end = (as: { token: string }, id: string) => api.call('DELETE', `/api/auth/sessions/${id}`, { as });
    expectProblem(await end(await sessionOf(tom.email), other.id), 404, 'NOT_FOUND');
    expect((await end(one, other.id)).status).to.equal(204);
    expectProblem(await end(one, other.id), 404, 'NOT_FOUND');
    expect((await api.call('DELETE', '/api/auth/sessions', { as: one })).json).to.deep.equal({ ended: 1 });
    expect(await Promise.all([one, two, three].map(({ token }) => isIn(token)))).to.deep.equal([true, false, false]);
  });

  it('an admin ends all sessions of somebody, and sees who has an account', async () => {
    const { id, email } = await join();
    const { token } = await sessionOf(email);
    await logIn(email, 'a guess');
    const { users } = (await api.call('GET', '/api/users?limit=100', { as: api.admin })).json;
    const [listed] = users.filter((user: { id: string }) => user.id === id);
    expect(listed).to.include({ email, role: 'reseller', sessions: 1, refusedLogInsSince: 1, disabledAt: null });
    expect((await api.call('DELETE', `/api/users/${id}/sessions`, { as: api.admin })).json).to.deep.equal({ ended: 1 });
    expect(await isIn(token)).to.equal(false);
  });

  for (const [what, change] of [
    ['long after its last request', `seen_at = clock_now() - interval '4 hours 1 second'`],
    ['long after its beginning', 'expires_at = clock_now()'],
  ] as const)
    it(`a session ends ${what}`, async () => {
      const { id, email } = await join();
      const { token } = await sessionOf(email);
      await api.rows(`update sessions set ${change} where user_id = ?`, [id]);
      expect(await isIn(token)).to.equal(false);
    });

  it('a log-in that was under way when the password changed lets nobody in', async () => {
    const { id } = await join();
    const before = await api.stage.store.read(em => em.findOneOrFail(User, { id: id as UserId }));
    const place = { source: '203.0.113.5', agent: 'a thief' };
    await api.rows('update users set password_hash = ? where id = ?', [await hashPassword(second), id]);
    expect(await api.sessions.begin(before, place)).to.equal(undefined);
    const after = await api.stage.store.read(em => em.findOneOrFail(User, { id: id as UserId }));
    expect(await api.sessions.begin(after, place)).to.be.a('string');
    await api.rows('update users set disabled_at = clock_now() where id = ?', [id]);
    expect(await api.sessions.begin(after, place)).to.equal(undefined);
  });

  it('a change by the old password does not undo a reset that came meanwhile', async () => {
    const { id } = await join();
    const { store } = api.stage;
    const before = await store.read(em => em.findOneOrFail(User, { id: id as UserId }));
    await store.transaction(em => setPassword(em, before.id, 'reset'));
    const change = { instead: before.passwordHash };
    expect(await store.transaction(em => setPassword(em, before.id, 'a thief’s', change))).to.equal(false);
    expect((await store.read(em => em.findOneOrFail(User, { id: before.id }))).passwordHash).to.equal('reset');
  });

  it('a link to a new password is worth nothing after its account was off for a while', async () => {
    const { id } = await join();
    const { token } = (await api.call('POST', `/api/users/${id}/password-reset`, { as: api.admin })).json;
    for (const disabled of [true, false])
      await api.call('PATCH', `/api/users/${id}`, { as: api.admin, body: { disabled } });
    const body = { token, password: second };
    expectProblem(await api.call('POST', '/api/auth/password-reset', { body }), 410, 'RESET_OVER');
  });

  it('the last admin cannot be switched off, nor two at the same moment', async () => {
    const other = await join('admin');
    const turnOff = (id: string) => api.call('PATCH', `/api/users/${id}`, { as: api.admin, body: { disabled: true } });
    const answers = await Promise.all([turnOff(other.id), turnOff(api.admin.id)]);
    const left = await api.rows(`select id from users where role = 'admin' and disabled_at is null`);
    expect(left, JSON.stringify(answers.map(({ text }) => text))).to.have.length(1);
    await api.rows('update users set disabled_at = null where id = ?', [api.admin.id]);
    await api.rows('update users set disabled_at = clock_now() where id = ?', [other.id]);
    const { id: userId } = api.admin;
    const as = await api.enter(userId);
    const body = { disabled: true };
    expectProblem(await api.call('PATCH', `/api/users/${userId}`, { as, body }), 409, 'LAST_ADMIN');
  });
});
