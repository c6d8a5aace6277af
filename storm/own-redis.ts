import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotStart } from '../runtime/cannot-start.ts';
import { freePort } from '../runtime/system/free-port.ts';
import { spawnRecorded } from '../runtime/system/started-processes.ts';
import { onRedis } from './on-redis.ts';
import type { OwnServer } from './own-postgres.ts';

const readyDeadlineMs = 10_000;

/** The `redis-server` of this machine as it should be run: append-only file on, nothing evicted. */
export async function startOwnRedis(folder: string): Promise<OwnServer & { flush(): Promise<void> }> {
  expectRedisServer();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const port = String(await freePort());
  const url = `redis://127.0.0.1:${port}`;
  const settings = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'];
  const launch = async (): Promise<ChildProcess> => {
    const where = ['--bind', '127.0.0.1', '--port', port, '--dir', folder];
    const server = spawnRecorded('redis-server', [...where, ...settings], { role: 'server', stdio: 'ignore' });
    for (const late = Date.now() + readyDeadlineMs; !(await answers(url)); await sleep(50))
      if (Date.now() > late) throw new Error(`redis-server did not answer within ${readyDeadlineMs} ms`);
    return server;
  };
  const end = async (signal: NodeJS.Signals) => {
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  };
  let server = await launch();
  return {
    url,
    async killAndStart() {
      await end('SIGKILL');
      server = await launch();
    },
    flush: async () => void (await onRedis(url, redis => redis.flushall())),
    async [Symbol.asyncDispose]() {
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function expectRedisServer(): void {
  const { error } = spawnSync('redis-server', ['--version'], { stdio: 'ignore' });
  if (error) throw new CannotStart('--backend redis needs the program redis-server, which is not on the PATH here');
}

const answers = (url: string): Promise<boolean> =>
  onRedis(url, async redis => (await redis.ping()) === 'PONG').catch(() => false);
