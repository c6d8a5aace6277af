import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { routesOf } from '../../support/routes-of.ts';
import { openWorld, operator, password, type World } from '../world.ts';

/** Every way to change something here, each with a form that is right; what it names is not there. */
const forms: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'POST /account/password': { password, newPassword: 'a quite different sentence' },
  'POST /account/sessions/end': {},
  'POST /account/sessions/:id/end': {},
  'POST /books/check': {},
  'POST /browser/switch/:state': {},
  'POST /browser/:id/release': {},
  'POST /orders/:id/decide': { decision: 'fail', why: 'looked at the supplier' },
  'POST /orders/:id/wake': {},
  'POST /orders/:id/erase-buyer': {},
  'POST /orders/:id/refund': {},
  'POST /orders/:id/address': { fullName: 'Erika Muster', line1: 'Hauptstr. 1', city: 'Berlin', country: 'DE' },
  'POST /orders/:id/listing': { productId: randomUUID() },
  'POST /orders/:id/funding-limit': { limit: '500', limitCurrency: 'USD' },
  'POST /rates': { base: 'USD', quote: 'CLP', rate: '941.35' },
  'POST /rates/:id/confirm': {},
  'POST /buyers/erase': { email: 'nobody@example.com' },
  'POST /contradictions/:id/settle': { amount: '1', amountCurrency: 'USD', why: 'looked at PayPal' },
  'POST /legs/:id/decide': { decision: 'not-paid', why: 'looked at PayPal' },
  'POST /events/:id/again': {},
  'POST /events/:id/dismiss': {},
  'POST /people/:id/switch/:state': {},
  'POST /people/:id/end-sessions': {},
  'POST /people/:id/reset-password': {},
  'PUT /queues/api/queues/pause': {},
  'PUT /queues/api/queues/resume': {},
  'PUT /queues/api/queues/:queue/pause': {},
  'PUT /queues/api/queues/:queue/resume': {},
  'PUT /queues/api/queues/:queue/promote': {},
  'PUT /queues/api/queues/:queue/retry/failed': {},
  'PUT /queues/api/queues/:queue/:job/promote': {},
  'PUT /queues/api/queues/:queue/:job/retry': {},
  'POST /logout': {},
};
/** Nobody is logged in there; what they do is told by the tests of the log-in, and of a new password by a link. */
const withoutSession = ['POST /login', 'POST /password-reset'];

const named: Readonly<Record<string, string>> = { ':state': 'off', ':queue': 'payout', ':job': 'payout-1' };
const pathOf = (pattern: string): string => pattern.replace(/:\w+/g, part => named[part] ?? randomUUID());

describe('dashboard: the audit', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  it('is asked about every way to change something that the router has', () => {
    const changing = routesOf(world.app, ['/queues', '/']).filter(name => !/^(GET|HEAD) /.test(name));
    // What the board itself could do, and is never let to, stands behind the denial of all that is not listed.
    const ours = changing
      .filter(name => !name.startsWith('PUT /queues/') || name in forms)
      .filter(name => !/\?/.test(name));
    expect(ours).to.include.members([...Object.keys(forms), ...withoutSession]);
    expect(ours.filter(name => !(name in forms) && !withoutSession.includes(name))).to.deep.equal([]);
  });

  for (const [name, form] of Object.entries(forms))
    it(`tells who tried ${name}, how it ended, and from where`, async () => {
      const [method = '', pattern = ''] = name.split(' ');
      const admin = await operator(world);
      const before = (await world.audit())[0]?.id ?? '0';
      const path = pathOf(pattern);
      await (method === 'POST' ? admin.post(path).type('form').send(form) : admin.put(path));
      const rows = (await world.audit()).filter(({ id }) => BigInt(id) > BigInt(before));
      expect(rows, name).to.have.length(1);
      expect(rows[0]).to.include({ operator: 'admin@example.com' });
      expect(rows[0]?.source, name).to.match(/127\.0\.0\.1|::/);
      expect(rows[0]?.outcome, name).to.match(/^(done|failed)/);
      if (name === 'POST /account/password') await world.setPassword('admin@example.com', password);
    });

  it('stays small, however long what somebody asks for is', async () => {
    const admin = await operator(world);
    await admin.post(`/${'x'.repeat(4_000)}`, 'http://evil.test').expect(403);
    const [denied] = await world.audit();
    expect(denied?.outcome).to.equal('denied: foreign origin');
    expect(denied?.action).to.have.length(200);
  });
});
