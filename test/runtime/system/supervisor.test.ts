import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../../runtime/system/embedded-postgres.ts';
import { postgresHome } from '../../../runtime/system/postgres-home.ts';
import { temporaryFolder } from '../../../runtime/system/started-processes.ts';
import { startSystem } from '../../../runtime/system/supervisor.ts';
import { systemEnv } from '../../../runtime/system/system-plan.ts';
import { openOrm } from '../../../store/database/open.ts';

/** Nothing of the shell that runs the tests may configure the system under test. */
const unset = { DATABASE_URL: undefined, MIGRATION_DATABASE_URL: undefined, REDIS_URL: undefined };
const freePorts = { api: 0, dashboard: 0, sandbox: 0 };
const newFolder = () => temporaryFolder('system');

describe('supervisor', function () {
  this.timeout(60_000);

  it('brings up a migrated database with the first user out of nothing, and takes it away again', async () => {
    const dataFolder = newFolder();
    const log = new PassThrough();
    await using system = await startSystem({
      // An address of another one that was left behind.
      env: { ...unset, DATABASE_DIRECT_URL: 'postgresql://app@127.0.0.1:1/another' },
      dataFolder,
      processes: [],
      ports: freePorts,
      log,
      removeData: true,
    });
    const client = new pg.Client({ connectionString: system.databaseUrl });
    await client.connect();
    const { rows } = await client.query('select email, role from users');
    await client.end();
    expect(rows).to.deep.equal([{ email: 'admin@localhost', role: 'admin' }]);
    await Promise.all([system.stop(), system.stop()]);
    expect([dataFolder, postgresHome(join(dataFolder, 'postgres'))].filter(existsSync)).to.deep.equal([]);
  });

  it('generates and embeds nothing in production: it says what is missing', async () => {
    const dataFolder = newFolder();
    const problem = await startSystem({
      env: { ...unset, NODE_ENV: 'production' },
      dataFolder,
      removeData: true,
    }).catch((error: Error) => error.message);
    expect(problem).to.include('DATABASE_URL is required').and.include('JWT_SECRET is required');
    expect(existsSync(dataFolder)).to.equal(false);
  });

  it('says which port is taken and what chooses another, and leaves nothing behind', async () => {
    const dataFolder = newFolder();
    const somebody = createServer().listen(0, '127.0.0.1');
    await once(somebody, 'listening');
    const { port } = somebody.address() as AddressInfo;
    const problem = await startSystem({
      env: unset,
      dataFolder,
      ports: { ...freePorts, dashboard: port },
      log: new PassThrough(),
      removeData: true,
    }).catch((error: Error) => error.message);
    somebody.close();
    expect(problem).to.equal(
      `port ${port} cannot be used: another process listens there. Stop it, or choose another port with DASHBOARD_PORT`,
    );
    expect([dataFolder, postgresHome(join(dataFolder, 'postgres'))].filter(existsSync)).to.deep.equal([]);
  });

  it('moves the data folder of an earlier release over, and tells no process who administers the database', async () => {
    const dataFolder = newFolder();
    const earlier = await startEmbeddedPostgres(join(dataFolder, 'postgres'));
    const orm = await openOrm(earlier.administratorUrl, 1);
    await orm.migrator.up({ to: '0024-own-debits' });
    await orm.em
      .fork()
      .execute(
        `insert into users (id, email, password_hash, role) values (gen_random_uuid(), 'ana@example.com', 'none', 'reseller')`,
      );
    await orm.close(true);
    await earlier.stop();
    await using system = await startSystem({
      env: unset,
      dataFolder,
      ports: freePorts,
      log: new PassThrough().resume(),
      removeData: true,
    });
    const client = new pg.Client({ connectionString: system.databaseUrl });
    await client.connect();
    const { rows } = await client.query('select email, current_user as reader from users order by email');
    await client.end();
    expect(rows).to.deep.equal([
      { email: 'admin@localhost', reader: 'orders_app' },
      { email: 'ana@example.com', reader: 'orders_app' },
    ]);
    const { password } = new URL(String(system.administratorUrl));
    expect(
      Object.entries(system.env).filter(([name, value]) => /MIGRATION/.test(name) || value.includes(password)),
    ).to.deep.equal([]);
  });

  it('says which address is missing where the database is somebody’s own', async () => {
    const problem = await startSystem({
      env: { ...unset, DATABASE_URL: 'postgresql://orders_app:p@127.0.0.1:1/postgres' },
      dataFolder: newFolder(),
      processes: [],
      ports: freePorts,
      log: new PassThrough().resume(),
      removeData: true,
    }).catch((error: Error) => error.message);
    expect(problem).to.include('MIGRATION_DATABASE_URL is required');
  });

  it('gives every process the same addresses, and the api the certificate of the sandbox', async () => {
    const env = await systemEnv({ PORT: '4000', EMPTY: '' }, '/data', { sandbox: 4002 });
    expect(env).to.deep.equal({
      PORT: '4000',
      DASHBOARD_PORT: '3001',
      SANDBOX_PORT: '4002',
      SHUTDOWN_DEADLINE_MS: '1800',
      API_URL: 'http://127.0.0.1:4000',
      SANDBOX_STATE_FILE: '/data/sandbox.json',
      SANDBOX_CA_FILE: '/data/sandbox-ca.pem',
      PAYPAL_WEBHOOK_CA: '/data/sandbox-ca.pem',
    });
    expect(await systemEnv({ NODE_ENV: 'production' }, '/data')).not.to.have.any.keys(
      'SANDBOX_CA_FILE',
      'PAYPAL_WEBHOOK_CA',
    );
  });
});
