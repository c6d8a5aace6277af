/** Covers: store/accounts/create-user.ts, store/accounts/set-password.ts. */
import { expect } from 'chai';
import { spawnDetached } from '../../../runtime/system/detached-process.ts';
import { auditTrail } from '../../../store/accounts/audit.ts';
import { beginSession, openSessions } from '../../../store/accounts/sessions.ts';
import { findUserByEmail } from '../../../store/accounts/users.ts';
import { openStore, type Store } from '../../../store/database/open.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { testEnvironment } from '../../support/environment.ts';

const email = 'ops@example.com';
const first = 'correct horse battery staple';
const second = 'a quite different sentence';

describe('npm run create-user and set-password', () => {
  let database: TestDatabase;
  let store: Store;
  before(async () => {
    database = await createTestDatabase();
    store = await openStore(database.url, 2);
  });
  after(async () => {
    await store.close();
    await database.drop();
  });

  const run = async (password: string, command: string, ...args: string[]) => {
    const lines: string[] = [];
    const env = testEnvironment({ DATABASE_URL: database.url, ADMIN_EMAIL: email, ADMIN_PASSWORD: password });
    const given = Object.fromEntries(Object.entries({ PATH: process.env.PATH, ...env }).filter(([, value]) => value));
    const child = spawnDetached([command, ...args], given as Record<string, string>, line => lines.push(line));
    return { end: await child.end, said: lines.join('\n') };
  };
  const create = (password: string, ...args: string[]) => run(password, 'store/accounts/create-user.ts', ...args);
  const set = (password: string) => run(password, 'store/accounts/set-password.ts');
  const user = () => store.read(em => findUserByEmail(em, email));

  it('change the password of nobody who is not there', async () => {
    const { end, said } = await set(first);
    expect([end, said.includes(`there is no user ${email}`)]).to.deep.equal(['status 1', true]);
  });

  it('make no user with a password that somebody would guess', async () => {
    const { end, said } = await create('passwordpassword');
    expect([end, /ADMIN_PASSWORD: .*first that somebody would try/.test(said)]).to.deep.equal(['status 1', true]);
    expect(await user()).to.equal(null);
  });

  it('make a user, and say so when the next start has another password in its settings', async () => {
    expect((await create(first)).end).to.equal('status 0');
    expect(await create(first, '--if-missing')).to.deep.equal({ end: 'status 0', said: '' });
    const { end, said } = await create(second, '--if-missing');
    expect([end, said.includes('npm run set-password')]).to.deep.equal(['status 0', true]);
    expect((await create(second)).said).to.include(`${email} exists already`);
  });

  it('set the password, end every session, switch the account on again, and stand in the audit', async () => {
    const owner = (await user())!;
    const { id: userId } = owner;
    await store.transaction(em => beginSession(em, 'dashboard', owner, { source: '::1', agent: 'a thief' }));
    await store.read(em => em.execute('update users set disabled_at = clock_now()'));
    const before = (await user())?.passwordHash;
    expect((await set(second)).end).to.equal('status 0');
    expect(await store.read(em => openSessions(em, userId))).to.deep.equal([]);
    const after = await user();
    expect([after?.disabledAt, after?.passwordHash === before]).to.deep.equal([null, false]);
    const [row] = await store.read(em => auditTrail(em, { limit: 1, offset: 0 }));
    expect(row).to.include({ operator: 'the command line', action: 'set the password', outcome: 'done' });
  });
});
