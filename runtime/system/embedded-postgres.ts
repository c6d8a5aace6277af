import type { ChildProcess } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  constants,
  existsSync,
  fchownSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { makePostgresHome } from './postgres-home.ts';
import { spawnRecorded } from './started-processes.ts';
import { isRoot, nobody } from './unprivileged.ts';

export type EmbeddedPostgres = {
  /** Of the database `postgres` as its administrator, with the password: for the migration. */
  readonly administratorUrl: string;
  /** Of the same as the application's role, which the migration makes. */
  readonly url: string;
  /** True when the server was already running on this folder; `stop` then leaves it alone. */
  readonly attached: boolean;
  /** Ends the connections and stops the server cleanly. */
  stop(): Promise<void>;
};

/** A server whose address is known before it runs, so that others can be started meanwhile. */
type PlannedPostgres = Pick<EmbeddedPostgres, 'url' | 'administratorUrl'> & {
  start(startDeadlineMs?: number): Promise<EmbeddedPostgres>;
};

const standardSettings = { max_connections: '300', listen_addresses: '127.0.0.1', unix_socket_directories: '' };
/** For data that nobody wants back: what a crash of the machine would lose does not matter. */
export const throwaway = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
const standardStartMs = 15_000;

type Home = {
  readonly folder: string;
  readonly bin: string;
  readonly data: string;
  readonly passwordFile: string;
  readonly logFile: string;
};

/**
 * Plans PostgreSQL on a data folder, or finds the one already running on it. Call it from one process only. It takes a
 * free port unless `settings` name one, as for a server that is started again and has to be found where it was. The
 * binaries are used without the library's class, which takes over the signals of the process that imports it.
 */
export async function planEmbeddedPostgres(
  folder: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<PlannedPostgres> {
  const home = openHome(folder);
  const running = await runningServer(home.folder);
  if (running !== undefined) {
    const urls = bothUrls(running);
    return { ...urls, start: async () => ({ ...urls, attached: true, stop: async () => {} }) };
  }
  const port = settings.port ?? String(await freePort());
  const urls = bothUrls(urlOf(readFileSync(home.passwordFile, 'utf8'), port));
  const start = async (startDeadlineMs = standardStartMs): Promise<EmbeddedPostgres> => ({
    ...urls,
    attached: false,
    stop: await startServer(home, urls.administratorUrl, { ...standardSettings, ...settings, port }, startDeadlineMs),
  });
  return { ...urls, start };
}

const bothUrls = (administratorUrl: string) => ({ administratorUrl, url: applicationUrl(administratorUrl) });

/**
 * The address of the same database for the application's role. Its password follows from the administrator's, which
 * nobody can tell from it: a data folder keeps one password only, and those of earlier releases need no other.
 */
export function applicationUrl(administratorUrl: string): string {
  const url = new URL(administratorUrl);
  url.username = 'orders_app';
  url.password = createHmac('sha256', url.password).update(url.username).digest('hex');
  return url.href;
}

/** Starts PostgreSQL on a data folder, or attaches to the one already running on it. */
export const startEmbeddedPostgres = async (
  folder: string,
  settings: Readonly<Record<string, string>> = {},
  startDeadlineMs = standardStartMs,
): Promise<EmbeddedPostgres> => (await planEmbeddedPostgres(folder, settings)).start(startDeadlineMs);

/** Makes the home, and the password of a new cluster. */
function openHome(folder: string): Home {
  const home = makePostgresHome(folder);
  const [data, passwordFile] = [join(home, 'data'), join(home, 'password')];
  if (!existsSync(join(data, 'PG_VERSION'))) {
    for (const path of [data, passwordFile]) rmSync(path, { recursive: true, force: true });
    mkdirSync(data, { mode: 0o700 });
    if (isRoot) chownSync(data, nobody.uid, nobody.gid);
    writeNew(passwordFile, randomBytes(18).toString('hex'));
  }
  return {
    folder: home,
    bin: join(postgresBinaries(home), 'bin'),
    data,
    passwordFile,
    logFile: join(home, 'postgres.log'),
  };
}

/** Into no file that is there already, and through no link: root must not be led to write elsewhere. */
function writeNew(path: string, text: string): void {
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    writeFileSync(file, text);
    if (isRoot) fchownSync(file, nobody.uid, nobody.gid);
  } finally {
    closeSync(file);
  }
}

/** The server that runs on a home, if one does. */
export async function runningServer(home: string): Promise<string | undefined> {
  const [data, passwordFile] = [join(home, 'data'), join(home, 'password')];
  const port = runningPort(data);
  if (!port || !existsSync(passwordFile)) return undefined;
  const url = urlOf(readFileSync(passwordFile, 'utf8'), port);
  return (await answers(url)) ? url : undefined;
}

const urlOf = (password: string, port: number | string): string =>
  `postgresql://app:${password}@127.0.0.1:${port}/postgres`;

/** @returns how to stop it, once it answers */
async function startServer(
  home: Home,
  url: string,
  settings: Readonly<Record<string, string>>,
  startDeadlineMs: number,
): Promise<() => Promise<void>> {
  const { bin, data, logFile } = home;
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  const log = openSync(logFile, O_WRONLY | O_APPEND | O_CREAT | (O_NOFOLLOW ?? 0), 0o600);
  const run = (name: string, args: readonly string[]) =>
    spawnRecorded(join(bin, name), args, {
      role: 'server',
      signals: ['SIGINT', 'SIGQUIT'], // ends its connections and writes a checkpoint; or leaves that to the next start
      ...(isRoot ? nobody : {}),
      cwd: '/',
      stdio: ['ignore', log, log],
    });
  try {
    if (!existsSync(join(data, 'PG_VERSION'))) await ended(run('initdb', clusterArguments(home, settings)));
    const flags = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    // Right after a kill -9 the dead server's lock is still held for a moment: hence more than one attempt.
    for (const until = Date.now() + startDeadlineMs; Date.now() < until; await sleep(250)) {
      const server = run('postgres', ['-D', data, ...flags]);
      server.unref();
      const stop = await whenAnswering(server, url, until);
      if (stop) return stop;
    }
    throw new Error(`embedded Postgres did not start: see ${logFile}`);
  } finally {
    closeSync(log);
  }
}

function clusterArguments({ data, passwordFile }: Home, { fsync }: Readonly<Record<string, string>>): string[] {
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8']; // LANG=C would make SQL_ASCII
  const speed = fsync === 'off' ? ['--no-sync'] : [];
  return ['-D', data, '-U', 'app', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, ...locale, ...speed];
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
    await sleep(25);
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
