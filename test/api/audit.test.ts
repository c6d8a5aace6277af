/** Covers: api/routes/account.ts, store/accounts/audit.ts, store/database/current-actor.ts. */
import { expect } from 'chai';
import { hashPassword } from '../../runtime/secrets/password.ts';
import { auditTrail } from '../../store/accounts/audit.ts';
import { addUser } from '../../store/accounts/users.ts';
import { actingAs } from '../../store/database/current-actor.ts';
import { type Api, openApi } from './open-api.ts';
import { asking, askingFor, type Market, openMarket, pathOf, type Route, routes } from './routes.ts';

/** What changes nothing of an account's when all goes well: it is only told, or it is a webhook's. */
const changesNothing: ReadonlySet<string> = new Set([
  // A sale, which its timeline tells of, and no deed at an account.
  'POST /api/paypal/create-order',
  'POST /api/paypal/capture-order',
  'POST /api/auth/login', // in the audit by itself, and as refused here
  'POST /api/auth/password-reset',
]);

/**
 * Tables whose rows say nothing of their own about what somebody decided: they follow from an order, a payout or an account
 * that is audited, hold what providers and workers say, or are the audit itself.
 */
const told: readonly string[] = [
  'admin_commissions',
  'audit_changes',
  'book_findings',
  'collected_legs',
  'collected_payouts',
  'commissions',
  'connection_attempts',
  'disputes',
  'ebay_subscriptions',
  'effects',
  'encryption_keys',
  'evidence',
  'feeds',
  'forgettings',
  'heartbeats',
  'ledger_postings',
  'ledger_transactions',
  'migration',
  'notices',
  'open_checkouts',
  'operator_audit',
  'order_events',
  'parcels',
  'payments',
  'provider_calls',
  'provider_troubles',
  'rate_feeds',
  'rate_limits',
  'refunds',
  'reservations',
  'restores',
  'running_balances',
  'sales',
  'state_moves',
  'supplier_orders',
  'untold_refunds',
  'webhook_keys',
];

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
    expect(changing.length).to.be.greaterThan(15);
  });

  for (const route of changing) {
    it(`tells who did ${route.method} ${route.pattern}, and from where`, async () => {
      const who = does(route) ?? 'admin';
      // Whoever ends their other sessions has one.
      await api.enter(api.admin.id);
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
    const as = await api.enter(user!.id);
    const body = { password: 'the first of them all', newPassword: 'the second of them all' };
    expect((await api.call('PUT', '/api/auth/password', { as, body })).status).to.equal(204);
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
  });

  it('names a buyer’s address that somebody corrected, and shows it neither before nor after', async () => {
    const deed = {
      operator: 'mia@example.com',
      action: 'correct an address',
      target: {},
      source: '::1',
      sessionId: null,
    };
    const { store } = api.stage;
    await actingAs(deed, () =>
      store.transaction(em =>
        em.execute(
          `update orders set ship_to = '{"fullName": "Erika Berg"}', email_hash = 'abc', quantity = 2 where id = ?`,
          [market.orderId],
        ),
      ),
    );
    const [change] = (await newest())?.changes ?? [];
    expect(Object.keys(change?.after ?? {})).to.have.members(['ship_to', 'email_hash', 'quantity']);
    expect(JSON.stringify(change)).to.not.match(/Erika|abc|Greta/);
    expect(change?.after).to.include({ quantity: 2 });
  });

  it('knows every table that somebody can change through a door', async () => {
    const tables = await api.rows<{ name: string }>(
      `select c.relname as name from pg_class c
       where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
         and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = c.relname || '_audited')
       order by 1`,
    );
    expect(tables.map(({ name }) => name)).to.deep.equal(told);
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
