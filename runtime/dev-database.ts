import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { postgresHome, startEmbeddedPostgres } from './embedded-postgres.ts';

const stopDeadlineMs = 15_000;

export type DevDatabase = {
  readonly url: string;
  stop(): Promise<void>;
  /** Removes the data of a stopped server, wherever it lives. */
  remove(): void;
};

/**
 * The embedded PostgreSQL of a data folder. A supervisor that was killed leaves its server running and the next one
 * attaches to it; so `stop` also ends a server that somebody else started, unless another program is still connected.
 */
export async function startDevDatabase(folder: string): Promise<DevDatabase> {
  await forgetRemoved(folder);
  const server = await startEmbeddedPostgres(folder);
  return {
    url: server.url,
    stop: server.attached ? () => stopAbandoned(folder, server.url) : server.stop,
    remove: () => {
      for (const path of [postgresHome(folder), folder]) rmSync(path, { recursive: true, force: true });
    },
  };
}

/**
 * For root the data lives elsewhere. Who removes the data folder, and with it the keys that open the stored
 * credentials, means the database too: it goes unless the folder holds our note.
 */
async function forgetRemoved(folder: string): Promise<void> {
  const home = postgresHome(folder);
  const note = join(folder, 'data-is-in');
  if (home === resolve(folder) || existsSync(note)) return;
  if (existsSync(join(home, 'data', 'postmaster.pid'))) {
    const { url, attached, stop } = await startEmbeddedPostgres(folder);
    if (attached && (await isUsed(url))) throw new Error(`${folder} was removed while its database is in use: ${home}`);
    await (attached ? stopAbandoned(folder, url) : stop());
  }
  rmSync(home, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(note, `${home}\n`);
}

async function stopAbandoned(folder: string, url: string): Promise<void> {
  if (await isUsed(url)) return;
  const lockFile = join(postgresHome(folder), 'data', 'postmaster.pid');
  process.kill(Number(readFileSync(lockFile, 'utf8').split('\n')[0]), 'SIGINT');
  for (const late = Date.now() + stopDeadlineMs; existsSync(lockFile); await sleep(25)) {
    if (Date.now() > late) throw new Error(`embedded Postgres did not stop within ${stopDeadlineMs} ms: ${lockFile}`);
  }
}

async function isUsed(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return rowCount !== 0;
  } finally {
    await client.end();
  }
}
