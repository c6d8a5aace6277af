import { rmSync } from 'node:fs';
import { planEmbeddedPostgres, runningServer, throwaway } from './embedded-postgres.ts';
import { forgottenHomes, postgresHome } from './postgres-home.ts';

export type DevDatabase = {
  /** As the application's role. Known before it runs, as is the administrator's. */
  readonly url: string;
  readonly administratorUrl: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Removes the data of a stopped server, wherever it lives. */
  remove(): void;
};

/**
 * The embedded PostgreSQL of a data folder, for the one starter that uses the folder. What a starter that was killed has
 * left running was ended by its watchman, or when this one cleared up: a server that is found running belongs to
 * another starter, and is left alone.
 */
export async function openDevDatabase(folder: string, options: { keepsData: boolean }): Promise<DevDatabase> {
  await forgetRemoved(folder);
  const planned = await planEmbeddedPostgres(folder, options.keepsData ? {} : throwaway);
  let starting: ReturnType<typeof planned.start> | undefined;
  return {
    url: planned.url,
    administratorUrl: planned.administratorUrl,
    async start() {
      starting ??= planned.start();
      await starting;
    },
    async stop() {
      const server = await starting?.catch(() => undefined); // whoever waited for its start was told
      await server?.stop();
    },
    remove() {
      for (const path of [postgresHome(folder), folder]) rmSync(path, { recursive: true, force: true });
    },
  };
}

/**
 * For root the data may live elsewhere. Removing the data folder, and with it the keys that open the stored
 * credentials, means removing the database too.
 */
async function forgetRemoved(folder: string): Promise<void> {
  for (const home of forgottenHomes(folder)) {
    if (await runningServer(home))
      throw new Error(`${folder} was removed, and its database still runs in ${home}: stop it first`);
    rmSync(home, { recursive: true, force: true });
  }
}
