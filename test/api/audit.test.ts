import { expect } from 'chai';
import { hashPassword } from '../../runtime/password.ts';
import { auditTrail } from '../../store/audit.ts';
import { addUser } from '../../store/users.ts';
import { type Api, hereAbouts, openApi } from './open-api.ts';
import { asking, askingFor, type Market, openMarket, pathOf, type Route, routes } from './routes.ts';

/** What changes nothing of an account's when all goes well: it is only told, or it is a webhook's. */
const changesNothing: ReadonlySet<string> = new Set([
  'POST /api/auth/login', // in the audit by itself, and as refused here
  'POST /api/auth/password-reset',
]);

describe('api: the audit', () => {
  let api: Api;
  let market: Market;
  before(async () => {
    api = await openApi();
    market = await openMarket(api);
  });
  after(() => api[Symbol.asyncDispose]());

  const trail = () => api.stage.store.read(em => auditTrail(em, { limit: 50, offset: 0 }));
  const newest = async () => (await trail())[0];

  /** As whoever may do most there. */
  const does = (route: Route): 'admin' | 'owner' | undefined => {
    const [, owner, , admin] = route.answers;
    if (admin < 300) return 'admin';
    return owner < 300 ? 'owner' : undefined;
  };
  const changing = routes.filter(
    route =>
      route.method !== 'GET' &&
      !route.pattern.startsWith('/api/webhooks/') &&
      !changesNothing.has(`${route.method} ${route.pattern}`) &&
      does(route) !== undefined,
  );

  it('is asked about most routes that change something', () => {
    expect(changing.length).to.be.greaterThan(20);
  });

  for (const route of changing) {
    it(`tells who did ${route.method} ${route.pattern}, and from where`, async () => {
      const who = does(route) ?? 'admin';
      // Whoever ends their other sessions has one.
      await api.sessions.begin({ userId: api.admin.id, role: 'admin' }, hereAbouts);
      const as = await askingFor(market, route, who);
      const body = route.body?.(market);
      const path = pathOf(route, market);
      const before = (await newest())?.id ?? '0';
      const answer = await api.call(route.method, path, { as, ...(body ? { body } : {}) });
      expect(answer.status, answer.text).to.be.lessThan(300);
      const rows = (await trail()).filter(({ id }) => BigInt(id) > BigInt(before));
      const row = rows.find(({ action }) => action === `${route.method} ${path}` || action === 'log out');
      expect(row, JSON.stringify(rows)).to.include({ outcome: 'done', source: '127.0.0.1' });
      const { json } = await api.call('GET', '/api/auth/me', { as: asking(market, who) });
      expect(row?.operator).to.equal(json.email);
    });
  }

  it('tells what was there before, and what is there after', async () => {
    const as = api.admin;
    for (const percent of ['7.5', '8']) await api.call('PUT', '/api/admin/commission', { as, body: { percent } });
    const [change] = (await newest())?.changes ?? [];
    expect(change).to.deep.include({ table: 'platform_config', row: 'commissionPct', change: 'UPDATE' });
    expect([change?.before.value, change?.after.value]).to.deep.equal(['7.5', '8']);
  });

  it('names a password and an address that changed, and shows neither', async () => {
    const passwordHash = await hashPassword('the first of them all');
    const email = 'hidden@example.com';
    const user = await api.stage.store.transaction(em =>
      addUser(em, { email, passwordHash, role: 'reseller', payoutReceiver: null }),
    );
    const token = await api.sessions.begin({ userId: user!.id, role: 'reseller' }, hereAbouts);
    const body = { password: 'the first of them all', newPassword: 'the second of them all' };
    expect((await api.call('PUT', '/api/auth/password', { as: { token }, body })).status).to.equal(204);
    const row = await newest();
    expect(row?.changes.map(({ table }) => table)).to.include('users');
    expect(JSON.stringify(row)).to.include('password_hash').and.not.include('argon2id');
  });

  it('holds no buyer and no secret after all of that', async () => {
    const kept = JSON.stringify([
      await api.rows('select * from operator_audit'),
      await api.rows('select * from audit_changes'),
    ]);
    for (const secret of ['Greta', 'Vogel', 'Torstrasse', 'of the shop', 'argon2id', market.checkoutToken])
      expect(kept).not.to.include(secret);
    expect(kept).to.include('ship_to');
  });

  it('tells of whoever tried what only an admin may', async () => {
    const body = { percent: '0' };
    await api.call('PUT', '/api/admin/commission', { as: market.owner, body });
    expect(await newest()).to.include({ action: 'PUT /api/admin/commission', outcome: 'denied: ADMINS_ONLY' });
  });

  it('tells of each log-in, and of those that were refused, without what was typed', async () => {
    const email = 'hidden@example.com';
    await api.call('POST', '/api/auth/login', { body: { email, password: 'the second of them all' } });
    expect(await newest()).to.include({ operator: email, action: 'log in', outcome: 'done' });
    await api.call('POST', '/api/auth/login', { body: { email, password: 'a guess' } });
    expect(await newest()).to.include({ operator: email, action: 'log in', outcome: 'denied: password' });
    await api.call('POST', '/api/auth/login', { body: { email: 'my secret password', password: '?' } });
    expect(await newest()).to.include({ operator: 'somebody unknown', outcome: 'denied: password' });
  });

  it('is told by nobody for what the system does by itself', async () => {
    const before = (await newest())?.id;
    await api.rows(`update products set title = 'renamed by itself'`);
    expect((await newest())?.id).to.equal(before);
  });
});
