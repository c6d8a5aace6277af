import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotStart } from '../runtime/cannot-start.ts';
import { spawnRecorded } from '../runtime/system/started-processes.ts';
import { onRedis } from './on-redis.ts';

const readyDeadlineMs = 10_000;

/** One `redis-server` on a port of loopback, which may be killed and started again with the same data. */
export type RedisProcess = {
  readonly port: number;
  readonly url: string;
  start(): Promise<void>;
  /** Also when it is frozen. */
  end(signal: NodeJS.Signals): Promise<void>;
  freeze(): void;
  thaw(): void;
};

/** As a server with jobs should be run: append-only file on, nothing evicted. */
export const keepsJobs = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'];

/** @param settings of the command line, after the file of settings where there is one */
export function redisProcess(folder: string, port: number, settings: readonly string[]): RedisProcess {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;
  return {
    port,
    url,
    async start() {
      const where = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder];
      server = spawnRecorded('redis-server', [...settings, ...where], { role: 'server', stdio: 'ignore' });
      await soon(`redis-server on port ${port} answers`, () => answers(url), readyDeadlineMs);
    },
    async end(signal) {
      if (!server || server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill(signal);
      server.kill('SIGCONT');
      await ended;
    },
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
  };
}

/** @throws CannotStart */
export function expectRedisServer(backend: string): void {
  const { error } = spawnSync('redis-server', ['--version'], { stdio: 'ignore' });
  if (error)
    throw new CannotStart(`--backend ${backend} needs the program redis-server, which is not on the PATH here`);
}

/** Waits for what servers do by themselves. An error means not yet. @throws when it takes too long */
export async function soon(what: string, isTrue: () => Promise<boolean>, deadlineMs = 30_000): Promise<void> {
  for (const late = Date.now() + deadlineMs; !(await isTrue().catch(() => false)); await sleep(50))
    if (Date.now() > late) throw new Error(`not within ${deadlineMs} ms: ${what}`);
}

const answers = (url: string): Promise<boolean> => onRedis(url, async redis => (await redis.ping()) === 'PONG');
