/** A throwaway PostgreSQL that counts the statements it is asked, for the side whose turn it is. */
import pg from 'pg';
import type { Environment } from '../runtime/config.ts';
import { startEmbeddedPostgres, throwaway } from '../runtime/system/embedded-postgres.ts';

const counting = {
  ...throwaway,
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.max': '10000',
};

export type WatchedPostgres = {
  /** Where the system finds it. */
  readonly env: Environment;
  /** As the administrator, whose own statements do not count. */
  readonly client: pg.Client;
  readonly pid: number;
  stop(): Promise<void>;
};

export async function startWatchedPostgres(folder: string): Promise<WatchedPostgres> {
  const { url, administratorUrl, stop } = await startEmbeddedPostgres(folder, counting);
  const client = new pg.Client({ connectionString: administratorUrl });
  await client.connect();
  await client.query('create extension pg_stat_statements');
  const { rows } = await client.query<{ pid: number }>(
    `select split_part(pg_read_file('postmaster.pid'), e'\\n', 1)::int as pid`,
  );
  return {
    env: { DATABASE_URL: url, MIGRATION_DATABASE_URL: administratorUrl },
    client,
    pid: rows[0]?.pid ?? 0,
    stop: async () => {
      await client.end();
      await stop();
    },
  };
}
