import { runMigrations } from 'bullmq';
import pg from 'pg';
import { openOrm } from './open.ts';

/** Two processes migrating at once would break each other: the second waits here and finds the work done. */
const migrationLock = 7_203_114;

/** Brings the application's tables and BullMQ's own schema up to date. Safe to run at any time, any number at once. */
export async function migrate(databaseUrl: string): Promise<void> {
  const lock = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [migrationLock]);
    const orm = await openOrm(databaseUrl, 2);
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

if (import.meta.main) {
  const { readConfig } = await import('../runtime/config.ts');
  await migrate(readConfig().databaseUrl);
}
