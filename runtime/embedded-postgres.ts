import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { postgresBinaries } from './postgres-binaries.ts';

export type EmbeddedPostgres = {
  /** Of the database `postgres`, with the password. */
  readonly url: string;
  /** True when the server was already running on this folder; `stop` then leaves it alone. */
  readonly attached: boolean;
  /** Ends the connections and stops the server cleanly. */
  stop(): Promise<void>;
};

/** Postgres refuses to run as root; and root's checkout may be closed to everybody else. */
const nobody = { uid: 65534, gid: 65534 };
const isRoot = process.getuid?.() === 0;

const standardSettings = { max_connections: '300', listen_addresses: '127.0.0.1', unix_socket_directories: '' };

/**
 * Starts PostgreSQL on a data folder, or attaches to the one already running on it. Call it from one process only. It
 * takes a free port unless `settings` name one, as for a server that is started again and has to be found where it was.
 * The binaries are used without the library's class, which takes over the signals of the process that imports it.
 */
export async function startEmbeddedPostgres(
  folder: string,
  settings: Readonly<Record<string, string>> = {},
  startDeadlineMs = 15_000,
): Promise<EmbeddedPostgres> {
  const home = postgresHome(folder);
  mkdirSync(home, { recursive: true, mode: isRoot ? 0o755 : 0o700 });
  const bin = join(postgresBinaries(isRoot ? home : undefined), 'bin');
  const [data, passwordFile, logFile] = [join(home, 'data'), join(home, 'password'), join(home, 'postgres.log')];
  const log = openSync(logFile, 'a', 0o600);
  const run = (name: string, args: string[], detached: boolean) =>
    spawn(join(bin, name), args, { ...(isRoot ? nobody : {}), cwd: '/', detached, stdio: ['ignore', log, log] });
  try {
    if (!existsSync(join(data, 'PG_VERSION'))) {
      const args = createCluster(data, passwordFile);
      await ended(run('initdb', args, false));
    }
    const urlOn = (port: number) => `postgresql://app:${readFileSync(passwordFile, 'utf8')}@127.0.0.1:${port}/postgres`;

    const running = runningPort(data);
    if (running && (await answers(urlOn(running)))) {
      return { url: urlOn(running), attached: true, stop: async () => {} };
    }

    const flags = Object.entries({ ...standardSettings, ...settings }).flatMap(([key, value]) => [
      '-c',
      `${key}=${value}`,
    ]);
    // Right after a kill -9 the dead server's lock is still held for a moment: hence more than one attempt.
    for (const until = Date.now() + startDeadlineMs; Date.now() < until; await sleep(250)) {
      const port = Number(settings.port ?? (await freePort()));
      const server = run('postgres', ['-D', data, '-p', String(port), ...flags], true); // detached: Ctrl-C is ours alone
      server.unref();
      const stop = await whenAnswering(server, urlOn(port), until);
      if (stop) return { url: urlOn(port), attached: false, stop };
    }
    throw new Error(`embedded Postgres did not start: see ${logFile}`);
  } finally {
    closeSync(log);
  }
}

/** Where the server of a folder really lives: Postgres runs as nobody for root, and may not enter root's checkout. */
export const postgresHome = (folder: string): string =>
  isRoot
    ? `/var/tmp/orders-${createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 12)}`
    : resolve(folder);

/** Makes the folder and the password, and tells the arguments for `initdb`. */
function createCluster(data: string, passwordFile: string): string[] {
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, randomBytes(18).toString('hex'), { mode: 0o600 });
  if (isRoot) for (const path of [data, passwordFile]) chownSync(path, nobody.uid, nobody.gid);
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8']; // LANG=C would make SQL_ASCII
  return ['-D', data, '-U', 'app', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, ...locale];
}

/** The port in line 4 of the server's own lock file; 0 without one. */
function runningPort(data: string): number {
  const lockFile = join(data, 'postmaster.pid');
  return existsSync(lockFile) ? Number(readFileSync(lockFile, 'utf8').split('\n')[3]) : 0;
}

/** How to stop the server once it answers; undefined when it ended before. */
async function whenAnswering(
  server: ChildProcess,
  url: string,
  until: number,
): Promise<(() => Promise<void>) | undefined> {
  let gone = false;
  const end = ended(server)
    .catch(() => {}) // the log file says why
    .finally(() => {
      gone = true;
    });
  while (!gone && Date.now() < until) {
    if (await answers(url)) {
      return async () => {
        server.ref();
        server.kill('SIGINT');
        await end;
      };
    }
    await sleep(50);
  }
  return undefined;
}

const ended = (child: ChildProcess) =>
  new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => (code === 0 ? resolve() : reject(new Error(`${child.spawnfile} ended with ${code}`))));
  });

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2000 }).on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
