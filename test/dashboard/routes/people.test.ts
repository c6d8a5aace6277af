import { expect } from 'chai';
import { logIn, openWorld, operator, password, visitor, type World } from '../world.ts';

const second = 'a quite different sentence';

describe('dashboard: people', () => {
  let world: World;
  let admin: Awaited<ReturnType<typeof operator>>;
  before(async () => {
    world = await openWorld();
    admin = await operator(world);
  });
  after(() => world.close());

  const cookieOf = async (email: string, secret = password) =>
    String((await logIn(world, email, secret)).headers['set-cookie']).split(';')[0] ?? '';

  it('are listed, with who was refused since when', async () => {
    await logIn(world, 'reseller@example.com', 'a guess');
    const { text } = await admin.get('/people').expect(200);
    expect(text).to.include('admin@example.com').and.include('reseller@example.com');
    expect(text).to.match(/reseller@example\.com[\s\S]*?data-name="Refused since">1</);
  });

  it('are switched off and on; the last admin is not', async () => {
    const { id } = world.reseller;
    await admin.post(`/people/${id}/switch/off`).expect(303);
    expect((await admin.get('/people')).text).to.match(/reseller@example\.com[\s\S]*?>off</);
    await admin.post(`/people/${id}/switch/on`).expect(303);
    const { text } = await admin.post(`/people/${world.admin.id}/switch/off`).expect(409);
    expect(text).to.include('This is the last admin who can log in.');
    await admin.get('/people').expect(200);
  });

  it('choose a new password by a link that an admin opens, once', async () => {
    const { text } = await admin.post(`/people/${world.admin.id}/reset-password`).expect(200);
    const token = /token=([\w-]+)/.exec(text)?.[1] ?? '';
    await visitor(world)
      .get(`/password-reset?token=${token}`)
      .expect(200)
      .expect(/New password/);
    const choose = (secret: string) =>
      visitor(world).post('/password-reset').type('form').send({ token, password: secret });
    await choose('passwordpassword')
      .expect(422)
      .expect(/first that somebody would try/);
    await choose(second)
      .expect(200)
      .expect(/The password is set/);
    await choose(second)
      .expect(410)
      .expect(/This link was used/);
    await admin.get('/people').expect(303);
    expect((await logIn(world, 'admin@example.com')).status).to.equal(401);
    admin = visitor(world, await cookieOf('admin@example.com', second));
    await admin.get('/people').expect(200);
  });

  it('change their own password by the old one, and end their sessions elsewhere', async () => {
    const elsewhere = visitor(world, await cookieOf('admin@example.com', second));
    const third = 'and now a third long sentence';
    const change = (old: string, newPassword: string) =>
      admin.post('/account/password').type('form').send({ password: old, newPassword });
    await change('not it', third)
      .expect(422)
      .expect(/This is not your password/);
    await change(second, '123456789012').expect(422);
    await elsewhere.get('/').expect(200);
    await change(second, third).expect(303);
    await elsewhere.get('/').expect(303);
    const again = visitor(world, await cookieOf('admin@example.com', third));
    const { text } = await admin.get('/account').expect(200);
    expect(text).to.include('this one');
    const other = /\/account\/sessions\/([0-9a-f-]{36})\/end/.exec(text)?.[1];
    await admin.post(`/account/sessions/${other}/end`).expect(303);
    await again.get('/').expect(303);
    await admin.post(`/account/sessions/${other}/end`).expect(404);
    await admin.post('/account/sessions/end').expect(303);
  });

  it('stand in the audit with what they did, what it changed, and from where', async () => {
    const { text } = await admin.get('/audit').expect(200);
    expect(text).to.include('switch account off').and.include('reset the password').and.include('disabled_at');
    expect(text)
      .to.match(/row(?:s)? changed/)
      .and.include('127.0.0.1');
    for (const secret of ['argon2id', second]) expect(text).not.to.include(secret);
    const [newest] = await world.audit();
    expect(newest).to.include({ action: 'end own sessions elsewhere', outcome: 'done' });
  });
});
