import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedPostgres, postgresHome, startEmbeddedPostgres } from '../runtime/embedded-postgres.ts';
import { freePort } from '../runtime/free-port.ts';

/** A server that a storm may kill and start again. */
export type OwnServer = AsyncDisposable & {
  readonly url: string;
  /** kill -9, and up again where it was, with what it had on its disk. */
  killAndStart(): Promise<void>;
};

/** After a kill it reads its log again: on a machine that a storm keeps busy that may take its time. */
const startDeadlineMs = 120_000;

/** A PostgreSQL of the storm's own, on a port that stays the same. */
export async function startOwnPostgres(folder: string): Promise<OwnServer> {
  const home = postgresHome(folder);
  const settings = { port: String(await freePort()) };
  let server: EmbeddedPostgres = await startEmbeddedPostgres(folder, settings, startDeadlineMs);
  const { url } = server;
  return {
    url,
    async killAndStart() {
      process.kill(Number(readFileSync(join(home, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
      server = await startEmbeddedPostgres(folder, settings, startDeadlineMs);
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      for (const path of [home, folder]) rmSync(path, { recursive: true, force: true });
    },
  };
}
