import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { applicationUrl } from '../../runtime/system/embedded-postgres.ts';
import { type Owner, openOwner } from './owner.ts';
import { templateDatabase } from './postgres-server.ts';

export type TestDatabase = {
  /** As the application logs in: what is tested has no other address. */
  readonly url: string;
  readonly administratorUrl: string;
  /** For what a test does past the application: it plants differences, disables triggers, moves the clock. */
  readonly asOwner: Owner['asOwner'];
  /** Both addresses, for whoever starts a system on this database. */
  readonly settings: { readonly DATABASE_URL: string; readonly MIGRATION_DATABASE_URL: string };
  /** Cuts whoever is still connected and removes it. */
  drop(): Promise<void>;
};

/**
 * A database of its own with every table and no rows: a copy of the migrated template, made in about 35 ms. The rights
 * in a database are copied with it; those to it, as the migration leaves them, are not.
 */
export const createTestDatabase = (): Promise<TestDatabase> =>
  create(templateDatabase, name => `revoke temporary on database "${name}" from public`);

/** One without any table. */
export const createEmptyDatabase = (): Promise<TestDatabase> => create('template0');

async function create(template: string, ...rights: ((name: string) => string)[]): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer(`create database "${name}" template "${template}"`, ...rights.map(right => right(name)));
  const address = new URL(serverUrl());
  address.pathname = `/${name}`;
  const administratorUrl = address.href;
  const url = applicationUrl(administratorUrl);
  const owner = openOwner(administratorUrl);
  return {
    url,
    administratorUrl,
    asOwner: owner.asOwner,
    settings: { DATABASE_URL: url, MIGRATION_DATABASE_URL: administratorUrl },
    drop: async () => {
      await owner.close();
      await allGone(name);
      await onServer(`drop database if exists "${name}" with (force)`);
    },
  };
}

/** Lets connections that are being closed say goodbye: a cut one would throw in the test that has just ended well. */
async function allGone(name: string): Promise<void> {
  const end = Date.now() + 2_000;
  const connected = `select 1 from pg_stat_activity where datname = '${name}'`;
  // Each question is a connection of its own, which is pause enough.
  let left = await onServer(connected);
  while (left > 0 && Date.now() < end) left = await onServer(connected);
}

function serverUrl(): string {
  const url = process.env.TEST_POSTGRES_URL;
  if (!url) throw new Error('TEST_POSTGRES_URL is not set: run the tests through mocha, whose hooks start the server');
  return url;
}

/** @returns how many rows the last of them gave */
async function onServer(...statements: string[]): Promise<number> {
  const client = new pg.Client({ connectionString: serverUrl(), connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    let rows = 0;
    for (const statement of statements) rows = (await client.query(statement)).rowCount ?? 0;
    return rows;
  } finally {
    await client.end();
  }
}
