import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { templateDatabase } from './postgres-server.ts';

export type TestDatabase = {
  readonly url: string;
  /** Cuts whoever is still connected and removes it. */
  drop(): Promise<void>;
};

/** A database of its own with every table and no rows: a copy of the migrated template, made in about 35 ms. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer(`create database "${name}" template "${templateDatabase}"`);
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`drop database if exists "${name}" with (force)`) };
}

function serverUrl(): string {
  const url = process.env.TEST_POSTGRES_URL;
  if (!url) throw new Error('TEST_POSTGRES_URL is not set: run the tests through mocha, whose hooks start the server');
  return url;
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl(), connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
