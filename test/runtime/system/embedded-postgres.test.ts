import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdtempDisposableSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { openDevDatabase } from '../../../runtime/system/dev-database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../runtime/system/embedded-postgres.ts';
import { postgresHome } from '../../../runtime/system/postgres-home.ts';
import { removeFolder } from '../../../runtime/system/run-folder.ts';
import { temporaryFolder } from '../../../runtime/system/started-processes.ts';
import { isRoot } from '../../../runtime/system/unprivileged.ts';

async function ask(connectionString: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

describe('embedded Postgres', () => {
  const folder = temporaryFolder('embedded');
  const settings = { fsync: 'off' };
  let first: EmbeddedPostgres;

  before(async () => {
    first = await startEmbeddedPostgres(folder, settings);
  });

  after(async () => {
    await first.stop();
    removeFolder(folder);
  });

  it('is a real server that keeps Unicode and takes settings', async () => {
    expect(first.attached).to.equal(false);
    expect(await ask(first.administratorUrl, `select '{"a":"\\u00e9"}'::jsonb ->> 'a'`)).to.equal('é');
    expect(await ask(first.administratorUrl, `select current_setting('server_version_num')::int / 10000`)).to.equal(18);
    expect(await ask(first.administratorUrl, 'show fsync')).to.equal('off');
  });

  it('listens to this machine only and wants the password', async () => {
    expect(await ask(first.administratorUrl, 'show listen_addresses')).to.equal('127.0.0.1');
    const wrong = new URL(first.administratorUrl);
    wrong.password = 'guess';
    const refused = await ask(wrong.href, 'select 1').catch((error: { code: string }) => error.code);
    expect(refused).to.equal('28P01');
  });

  it('is attached to by a second start, whose stop leaves it alone', async () => {
    const second = await startEmbeddedPostgres(folder, settings);
    expect(second).to.include({ attached: true, administratorUrl: first.administratorUrl, url: first.url });
    await second.stop();
    expect(await ask(first.administratorUrl, 'select 1')).to.equal(1);
  });

  it('keeps its data over a stop and a start', async () => {
    await ask(first.administratorUrl, 'create table kept as select 42 as answer');
    await first.stop();
    first = await startEmbeddedPostgres(folder, settings);
    expect(await ask(first.administratorUrl, 'select answer from kept')).to.equal(42);
  });

  it('comes back after a kill -9', async () => {
    const pid = Number(
      await ask(first.administratorUrl, `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)`),
    );
    process.kill(pid, 'SIGKILL');
    first = await startEmbeddedPostgres(folder, settings);
    expect(await ask(first.administratorUrl, 'select answer from kept')).to.equal(42);
  });
});

describe('database of a development system', () => {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'orders-embedded-'));
  after(() => {
    rmSync(postgresHome(folder.path), { recursive: true, force: true });
    folder.remove();
  });

  const start = async () => {
    const database = await openDevDatabase(folder.path, { keepsData: true });
    await database.start();
    return database;
  };

  it('starts from nothing when its folder was removed, for root too', async () => {
    const old = await start();
    await ask(old.administratorUrl, 'create table kept as select 42 as answer');
    await old.stop();
    folder.remove();
    const fresh = await start();
    expect(await ask(fresh.administratorUrl, `select to_regclass('kept')`)).to.equal(null);
    await fresh.stop();
  });

  if (isRoot)
    it('is found where an earlier release kept root’s, which left no note of it', async () => {
      const parent = temporaryFolder('earlier');
      chmodSync(parent, 0o700);
      const closed = join(parent, 'postgres');
      const earlier = `/var/tmp/orders-${createHash('sha256').update(closed).digest('hex').slice(0, 12)}`;
      const open = () => openDevDatabase(closed, { keepsData: true });
      try {
        const old = await startEmbeddedPostgres(earlier);
        await ask(old.administratorUrl, 'create table kept as select 42 as answer');
        await old.stop();
        const database = await open();
        await database.start();
        expect(await ask(database.administratorUrl, 'select answer from kept')).to.equal(42);
        await database.stop();
        expect(postgresHome(closed)).to.equal(earlier);
        rmSync(closed, { recursive: true });
        await open();
        expect(existsSync(earlier), 'who removes the folder means the data too').to.equal(false);
      } finally {
        for (const path of [postgresHome(closed), earlier, parent]) rmSync(path, { recursive: true, force: true });
      }
    });
});
