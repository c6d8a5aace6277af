import { setTimeout as sleep } from 'node:timers/promises';
import { runMigrations } from 'bullmq';
import pg from 'pg';
import { openOrm } from './open.ts';
import { patient } from './silent-connections.ts';

/** Two processes migrating at once would break each other: the second waits here and finds the work done. */
const migrationLock = 7_203_114;

/** A database that is started at the same time needs a moment. */
const startingMs = 15_000;
const isStarting = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ECONNREFUSED' || error.code === '57P03');

/**
 * Brings the application's tables and BullMQ's own schema up to date. On a large database a migration may take minutes, in
 * which what it changes is locked: no statement of it is cut off for that. Safe to run at any time, any number at once. Waits
 * for a database that does not take connections yet. @throws when it does not for too long
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const lock = await connect(databaseUrl, Date.now() + startingMs);
  try {
    await lock.query('select pg_advisory_lock($1)', [migrationLock]);
    const orm = await openOrm(databaseUrl, 2, patient);
    try {
      await orm.migrator.up();
    } finally {
      await orm.close(true);
    }
    await runMigrations(lock);
  } finally {
    await lock.end();
  }
}

async function connect(connectionString: string, late: number): Promise<pg.Client> {
  for (;;) {
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end();
      if (!isStarting(error) || Date.now() > late) throw error;
    }
    await sleep(25);
  }
}

if (import.meta.main) {
  const { readConfig } = await import('../runtime/config.ts');
  await migrate(readConfig().databaseUrl);
}
