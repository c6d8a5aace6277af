import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { planEmbeddedPostgres, postgresHome, throwaway } from './embedded-postgres.ts';

export type DevDatabase = {
  /** Known before it runs. */
  readonly url: string;
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
 * For root the data may live elsewhere. Who removes the data folder, and with it the keys that open the stored
 * credentials, means the database too: it goes unless the folder holds our note.
 */
async function forgetRemoved(folder: string): Promise<void> {
  const home = postgresHome(folder);
  const note = join(folder, 'data-is-in');
  if (home === resolve(folder) || existsSync(note)) return;
  if (existsSync(join(home, 'data', 'postmaster.pid'))) {
    const { attached, stop } = await (await planEmbeddedPostgres(folder)).start();
    if (attached) throw new Error(`${folder} was removed, and its database still runs in ${home}: stop it first`);
    await stop();
  }
  rmSync(home, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(note, `${home}\n`);
}
