import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { CannotStart } from '../runtime/cannot-start.ts';
import { freePort } from '../runtime/system/free-port.ts';
import { makePostgresHome } from '../runtime/system/postgres-home.ts';
import { spawnRecorded } from '../runtime/system/started-processes.ts';
import { isRoot, nobody } from '../runtime/system/unprivileged.ts';
import { soon } from './redis-process.ts';

/** Debian installs it where only root looks. */
const programs = ['pgbouncer', '/usr/sbin/pgbouncer'];

export type OwnPgBouncer = AsyncDisposable & {
  /** The same database and role, through PgBouncer. */
  readonly url: string;
};

/** Fewer connections than the processes open, so that each of the server's has several of them in turn. */
const ofAStorm = 15;

const versionOf = (program: string): string => spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout ?? '';

export const pgbouncerProgram = (): string | undefined => programs.find(program => versionOf(program) !== '');

/** From 1.21 on it keeps track of named statements, unless it is told not to; before, it refuses to be told. */
function keepsNoTrack(program: string): string {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(versionOf(program)) ?? [];
  return Number(major) > 1 || Number(minor) >= 21 ? 'max_prepared_statements = 0' : '';
}

/**
 * PgBouncer in transaction mode before one database, which keeps no track of named statements.
 * @param url of Postgres itself
 * @param ignored the settings of a connection that it ignores; it refuses the others
 * @param poolSize how many connections to Postgres all of its clients share
 */
export async function startOwnPgBouncer(
  folder: string,
  url: string,
  { ignored = 'options,statement_timeout,idle_in_transaction_session_timeout', poolSize = ofAStorm } = {},
): Promise<OwnPgBouncer> {
  const program = pgbouncerProgram();
  if (!program) throw new CannotStart('--pgbouncer needs PgBouncer, which is not here: apt-get install pgbouncer');
  const { hostname, port: serverPort, pathname, username, password } = new URL(url);
  const port = await freePort();
  const through = new URL(url);
  through.port = String(port);
  await using opened = new AsyncDisposableStack();
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  // As Postgres, it refuses to run as root.
  const home = makePostgresHome(folder);
  opened.defer(() => rmSync(home, { recursive: true, force: true }));
  const usersFile = join(home, 'users.txt');
  const file = join(home, 'pgbouncer.ini');
  write(usersFile, `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"`);
  write(
    file,
    `[databases]
${pathname.slice(1)} = host=${hostname} port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${usersFile}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 1000
ignore_startup_parameters = ${ignored}
${keepsNoTrack(program)}
# A server that was killed is tried again at once.
server_login_retry = 0.25
`,
  );
  const server = spawnRecorded(program, [file], { role: 'server', stdio: 'ignore', ...(isRoot ? nobody : {}) });
  const ended = once(server, 'exit');
  opened.defer(async () => {
    // Told to end, it waits for its clients from 1.23 on.
    server.kill('SIGKILL');
    await ended;
  });
  await soon('PgBouncer answers', () => answers(port));
  const running = opened.move();
  return { url: through.href, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function write(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  if (isRoot) chownSync(path, nobody.uid, nobody.gid);
}

/** It takes connections before the role is made in the database, and says that nobody of that name is known. */
async function answers(port: number): Promise<boolean> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'nobody-known', database: 'none', password: 'none' });
  client.on('error', () => undefined); // told by connect() too
  const answer = await client.connect().then(
    () => '',
    (error: Error & { code?: string }) => error.code,
  );
  await client.end().catch(() => undefined);
  return answer !== 'ECONNREFUSED';
}
