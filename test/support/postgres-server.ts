import { existsSync } from 'node:fs';
import pg from 'pg';
import { clearUp } from '../../runtime/clear-up.ts';
import { startEmbeddedPostgres, throwaway } from '../../runtime/embedded-postgres.ts';
import { removeFolder } from '../../runtime/run-folder.ts';
import { temporaryFolder } from '../../runtime/started-processes.ts';

/** The migrated database that every test's own database is copied from. */
export const templateDatabase = 'template_app';

/** One server for a whole run. Its watchman ends it where the run is stopped or killed. */
export async function startTestPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  await clearUp();
  const folder = temporaryFolder('test-postgres');
  const server = await startEmbeddedPostgres(folder, { ...throwaway, max_connections: '300' });
  await createTemplate(server.url);
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      removeFolder(folder);
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
