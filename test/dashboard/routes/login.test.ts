import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { createSessionTokens } from '../../../runtime/http/session-token.ts';
import { beginSession, type Door } from '../../../store/accounts/sessions.ts';
import type { User } from '../../../store/entities/people.ts';
import { logIn, openWorld, operator, ownOrigin, visitor, type World } from '../world.ts';

describe('dashboard log-in', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  it('is needed everywhere but for the health check', async () => {
    const stranger = visitor(world);
    for (const path of [
      '/',
      '/orders',
      '/orders/1',
      '/audit',
      '/queues',
      '/queues/queue/payout',
      '/legs/1',
      '/nowhere',
    ]) {
      const answer = await stranger.get(path).expect(303);
      expect(answer.headers.location).to.equal(`/login?next=${encodeURIComponent(path)}`);
    }
    for (const path of ['/queues/api/queues', '/queues/api/queues/payout/1']) await stranger.get(path).expect(401);
    await stranger.put('/queues/api/queues/payout/1/retry').expect(401);
    await stranger.post('/orders/1/wake').expect(401);
    await stranger.get('/health').expect(200, { ok: true });
  });

  it('lets an admin in, with a cookie that no script and no other site can use', async () => {
    const answer = await logIn(world);
    expect(answer.status).to.equal(303);
    expect(String(answer.headers['set-cookie'])).to.match(/^dashboard=[^;]+;.*HttpOnly; SameSite=Strict/);
    const admin = await operator(world);
    expect((await admin.get('/').expect(200)).text).to.include('admin@example.com');
    expect((await world.audit()).map(({ action }) => action)).to.include('log in');
  });

  it('refuses a reseller, a wrong password and an unknown address', async () => {
    const refusals = [
      await logIn(world, 'reseller@example.com'),
      await logIn(world, 'admin@example.com', 'guess'),
      await logIn(world, 'nobody@example.com'),
    ];
    expect(refusals.map(({ status }) => status)).to.deep.equal([403, 401, 401]);
    for (const { headers } of refusals) expect(headers).not.to.have.property('set-cookie');
  });

  it('takes no token but its own', async () => {
    const tokenOf = (cookie: string) => cookie.slice('dashboard='.length);
    const cookieOf = async (email: string) =>
      String((await logIn(world, email)).headers['set-cookie']).split(';')[0] ?? '';
    const own = await cookieOf('admin@example.com');
    const id = String(decodeJwt(tokenOf(own)).jti);
    const sessionOf = async (user: User, door: Door) =>
      String(await world.store.transaction(em => beginSession(em, door, user, { source: '::1', agent: '' })));
    const tokenFor = (door: Door, jti: string) => createSessionTokens(world.config.jwtSecret, door).sign(jti, 60);
    const { admin, reseller } = world;
    const foreign = [
      // Of the api, under its own name and under ours.
      await tokenFor('api', await sessionOf(admin, 'api')),
      await tokenFor('dashboard', await sessionOf(admin, 'api')),
      await tokenFor('dashboard', await sessionOf(reseller, 'dashboard')),
      await tokenFor('api', id),
    ];
    for (const token of foreign) await visitor(world, `dashboard=${token}`).get('/').expect(303);
    await visitor(world, own).get('/').expect(200);
    await visitor(world, `${own}; ${own}`).get('/').expect(303);
  });

  it('leads back to where one wanted to go, and never to another site', async () => {
    const next = async (path: string) => {
      const form = { email: 'admin@example.com', password: 'correct horse battery staple', next: path };
      return (await visitor(world).post('/login').type('form').send(form)).headers.location;
    };
    expect(await next('/orders?state=WAITING')).to.equal('/orders?state=WAITING');
    for (const elsewhere of ['https://evil.test/', '//evil.test', '/\\evil.test'])
      expect(await next(elsewhere)).to.equal('/');
  });

  it('stops guessing after ten tries', async () => {
    const statuses = [];
    for (let guess = 0; guess < 11; guess += 1)
      statuses.push((await logIn(world, 'victim@example.com', 'guess')).status);
    expect(statuses).to.deep.equal([...Array(10).fill(401), 429]);
  });

  it('ends with the log-out', async () => {
    const admin = await operator(world);
    const answer = await admin.post('/logout').expect(303);
    expect(String(answer.headers['set-cookie'])).to.match(/^dashboard=;/);
    expect((await world.audit())[0]).to.include({ action: 'log out', operator: 'admin@example.com' });
  });

  it('ends with the log-out also for who has copied the cookie', async () => {
    const cookie = String((await logIn(world)).headers['set-cookie']).split(';')[0] ?? '';
    await visitor(world, cookie).get('/').expect(200);
    await visitor(world, cookie).post('/logout').expect(303);
    await visitor(world, cookie).get('/').expect(303);
    await (await operator(world)).get('/').expect(200);
  });

  it('refuses what was sent from another site, or from nowhere', async () => {
    const admin = await operator(world);
    const order = await world.addOrder();
    for (const origin of ['http://evil.test', 'null', `${ownOrigin}.evil.test`, '', null])
      await admin.post(`/orders/${order}/wake`, origin).expect(403);
    await admin.put('/queues/api/queues/payout/pause', 'http://evil.test').expect(403);
    await visitor(world).post('/login', 'http://evil.test').type('form').send({}).expect(403);
    expect((await world.audit())[0]).to.include({ outcome: 'denied: foreign origin' });
    await admin.post('/logout', null).set('referer', `${ownOrigin}/orders`).expect(303);
  });
});
