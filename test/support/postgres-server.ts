import pg from 'pg';
import { clearUp } from '../../runtime/system/clear-up.ts';
import { applicationUrl, startEmbeddedPostgres, throwaway } from '../../runtime/system/embedded-postgres.ts';
import { removeFolder } from '../../runtime/system/run-folder.ts';
import { temporaryFolder } from '../../runtime/system/started-processes.ts';

/** The migrated database that every test's own database is copied from. */
export const templateDatabase = 'template_app';

/** One server for a whole run. Its watchman ends it where the run is stopped or killed. @returns its administrator's url */
export async function startTestPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  await clearUp();
  const folder = temporaryFolder('test-postgres');
  const server = await startEmbeddedPostgres(folder, { ...throwaway, max_connections: '300' });
  await createTemplate(server.administratorUrl);
  return {
    url: server.administratorUrl,
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
    // Here alone: a test that copies the template need not load all that makes it.
    const { migrate } = await import('../../store/database/migrate.ts');
    await migrate({ databaseUrl: applicationUrl(url.href), administratorUrl: url.href });
    await client.query(`alter database "${templateDatabase}" with is_template true allow_connections false`);
  } finally {
    await client.end();
  }
}
