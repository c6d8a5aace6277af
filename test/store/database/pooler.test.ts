/** Covers: store/database/pooler.ts, store/sealing/rotate-keys.ts, store/database/pool.ts, store/database/open.ts, storm/own-pgbouncer.ts. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import pg from 'pg';
import { openBackend } from '../../../queues/engine/backend.ts';
import { temporaryFolder } from '../../../runtime/system/started-processes.ts';
import { migrate } from '../../../store/database/migrate.ts';
import { openProcessStore } from '../../../store/database/open.ts';
import { openPool } from '../../../store/database/pool.ts';
import { assertUsable } from '../../../store/database/pooler.ts';
import { type OwnPgBouncer, startOwnPgBouncer } from '../../../storm/own-pgbouncer.ts';
import { noteWarnings } from '../../queues/bench.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { testEnvironment } from '../../support/environment.ts';
import { describeWith } from '../../support/needs.ts';

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'none',
    (error: Error & { code?: string }) => error.code ?? error.message,
  );

describeWith('PgBouncer', 'Postgres behind PgBouncer in transaction mode', () => {
  let database: TestDatabase;
  let bouncer: OwnPgBouncer;
  before(async () => {
    database = await createTestDatabase();
    await migrate({ databaseUrl: database.url, administratorUrl: database.administratorUrl });
    // All clients share one connection, so that a name which two of them use is certainly met twice.
    bouncer = await startOwnPgBouncer(temporaryFolder('pgbouncer'), database.url, { poolSize: 1 });
  });
  after(async () => {
    await bouncer?.[Symbol.asyncDispose]();
    await database?.drop();
  });

  it('is used, with the limits that the migration gave the role', async () => {
    await using opened = new AsyncDisposableStack();
    const store = await openProcessStore({ databaseUrl: bouncer.url, namedStatements: false }, 2);
    opened.defer(() => store.close());
    const limits = await store.transaction(em =>
      em.execute<Record<string, string>[]>(
        `select current_setting('statement_timeout') as statement, current_setting('idle_in_transaction_session_timeout') as idle`,
      ),
    );
    expect(limits).to.deep.equal([{ statement: '15s', idle: '30s' }]);
  });

  it('is refused where statements have names of which it keeps no track', async () => {
    expect(await codeOf(assertUsable({ databaseUrl: bouncer.url, namedStatements: true }))).to.equal(
      'DATABASE_NAMED_STATEMENTS_FAIL',
    );
    expect(await codeOf(assertUsable({ databaseUrl: database.url, namedStatements: true }))).to.equal('none');
  });

  it('takes the same statements from many connections, once their names are left out', async () => {
    const ask = async (namedStatements: boolean) => {
      const pools = [1, 2, 3].map(() => openPool({ databaseUrl: bouncer.url, namedStatements }, 2));
      const asked = pools.flatMap(pool => [1, 2].map(() => pool.query({ name: 'a-name', text: 'select 1 as one' })));
      const answers = await Promise.allSettled(asked);
      for (const pool of pools) await pool.end();
      return answers.filter(({ status }) => status === 'rejected').length;
    };
    expect(await ask(true)).to.be.greaterThan(0);
    expect(await ask(false)).to.equal(0);
  });

  it('is refused where the role has no limits', async () => {
    const role = `role orders_app in database "${new URL(database.url).pathname.slice(1)}"`;
    const administrator = new pg.Client({ connectionString: database.administratorUrl });
    await administrator.connect();
    await administrator.query(`alter ${role} reset statement_timeout`);
    await administrator.end();
    await using own = await startOwnPgBouncer(temporaryFolder('pgbouncer'), database.url);
    expect(await codeOf(assertUsable({ databaseUrl: own.url, namedStatements: false }))).to.equal(
      'DATABASE_WITHOUT_LIMITS',
    );
    await migrate({ databaseUrl: database.url, administratorUrl: database.administratorUrl });
  });

  it('is refused where it takes no limits from a connection, and says which setting it needs', async () => {
    await using own = await startOwnPgBouncer(temporaryFolder('pgbouncer'), database.url, { ignored: '' });
    const asked = assertUsable({ databaseUrl: own.url, namedStatements: false });
    expect(await codeOf(asked)).to.equal('DATABASE_POOLER_REFUSES_LIMITS');
    await asked.catch((error: Error) => expect(error.message).to.include('ignore_startup_parameters = '));
  });

  it('holds no queues: their workers LISTEN', async () => {
    const backend = openBackend({ databaseUrl: bouncer.url, workers: 1, log: noteWarnings().log });
    expect(await codeOf(backend)).to.equal('DATABASE_SESSION_NEEDED');
  });

  it('is no way for a migration, which is told of the other one', async () => {
    await using own = await startOwnPgBouncer(temporaryFolder('pgbouncer'), database.administratorUrl);
    expect(await codeOf(migrate({ databaseUrl: database.url, administratorUrl: own.url }))).to.include(
      'DATABASE_DIRECT_URL',
    );
  });

  it('is no way for a change of the keys, which takes long, and is told of the other one', async () => {
    const env = { ...testEnvironment({ DATABASE_URL: bouncer.url }), PATH: process.env.PATH };
    const rotation = promisify(execFile)('node', ['store/sealing/rotate-keys.ts'], { env });
    const { code, stderr } = await rotation.then(
      () => ({ code: 0, stderr: '' }),
      (error: { code: number; stderr: string }) => error,
    );
    expect(code).to.equal(1);
    expect(stderr).to.include('DATABASE_SESSION_NEEDED').and.include('DATABASE_DIRECT_URL');
  });
});
