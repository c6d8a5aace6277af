import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../runtime/system/embedded-postgres.ts';
import { freePort } from '../runtime/system/free-port.ts';
import { postgresHome } from '../runtime/system/postgres-home.ts';

/** A server that a storm may kill and start again. */
export type OwnPostgres = AsyncDisposable & {
  /** As the system logs in. */
  readonly url: string;
  /** kill -9, then a start on the same port with the same data. */
  killAndStart(): Promise<void>;
  /** The administrator's address, for changes that no process of the system may make. */
  readonly administratorUrl: string;
  /** Copies the data folder while the server is stopped. */
  keepCopy(): Promise<void>;
  /** Restores the data folder from the copy. */
  putBack(): Promise<void>;
};

/** After a kill the server replays its write-ahead log, which may take long on a machine that a storm keeps busy. */
const startDeadlineMs = 120_000;

/** A PostgreSQL of the storm's own, on a port that stays the same. */
export async function startOwnPostgres(folder: string): Promise<OwnPostgres> {
  const settings = { port: String(await freePort()) };
  let server: EmbeddedPostgres = await startEmbeddedPostgres(folder, settings, startDeadlineMs);
  const { url, administratorUrl } = server;
  const home = postgresHome(folder);
  const [data, copy] = [join(home, 'data'), join(home, 'copy')];
  const standingStill = async (work: () => void) => {
    await server.stop();
    work();
    server = await startEmbeddedPostgres(folder, settings, startDeadlineMs);
  };
  const replace = (to: string, from: string) => {
    rmSync(to, { recursive: true, force: true });
    execFileSync('cp', ['-a', from, to]);
  };
  return {
    url,
    administratorUrl,
    async killAndStart() {
      process.kill(Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
      server = await startEmbeddedPostgres(folder, settings, startDeadlineMs);
    },
    keepCopy: () => standingStill(() => replace(copy, data)),
    putBack: () => standingStill(() => replace(data, copy)),
    async [Symbol.asyncDispose]() {
      await server.stop();
      for (const path of [home, folder]) rmSync(path, { recursive: true, force: true });
    },
  };
}
