import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { postgresHome, startEmbeddedPostgres } from '../../runtime/embedded-postgres.ts';
import { isAlive } from './is-alive.ts';

/** The migrated database that every test's own database is copied from. */
export const templateDatabase = 'template_app';

const folderPrefix = 'orders-test-';
/** What a crash of the machine would lose does not matter here. */
const speed = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };

/** One server for a whole run, in a folder that is named after this process and removed with it. */
export async function startTestPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  removeLeftOvers();
  const folder = join(tmpdir(), `${folderPrefix}${process.pid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const kill = () => removeRun(folder);
  process.once('exit', kill);
  process.once('SIGINT', kill); // mocha raises it again once its workers are gone
  process.once('SIGTERM', () => {
    kill();
    process.kill(process.pid, 'SIGTERM');
  });
  const server = await startEmbeddedPostgres(folder, speed);
  await createTemplate(server.url);
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      removeRun(folder);
    },
  };
}

async function createTemplate(serverUrl: string): Promise<void> {
  const url = new URL(serverUrl);
  url.pathname = `/${templateDatabase}`;
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`create database "${templateDatabase}"`);
    await migrateWhenThere(url.href);
    await client.query(`alter database "${templateDatabase}" with is_template true allow_connections false`);
  } finally {
    await client.end();
  }
}

async function migrateWhenThere(databaseUrl: string): Promise<void> {
  const file = new URL('../../store/migrate.ts', import.meta.url);
  if (!existsSync(file)) return;
  const { migrate } = (await import(file.href)) as { migrate(databaseUrl: string): Promise<void> };
  await migrate(databaseUrl);
}

/** A run that was killed leaves its server and its folder behind. */
function removeLeftOvers(): void {
  for (const name of readdirSync(tmpdir()).filter(entry => entry.startsWith(folderPrefix))) {
    if (!isAlive(Number(name.slice(folderPrefix.length)))) removeRun(join(tmpdir(), name));
  }
}

/** Without waiting: it also runs while the process ends. The folder's data may go under a server that is dying. */
function removeRun(folder: string): void {
  const home = postgresHome(folder);
  const lockFile = join(home, 'data', 'postmaster.pid');
  const server = existsSync(lockFile) ? Number(readFileSync(lockFile, 'utf8').split('\n')[0]) : 0;
  if (server && isAlive(server)) process.kill(server, 'SIGKILL');
  for (const path of [home, folder]) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}
