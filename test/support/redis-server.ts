import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { freePort } from '../../runtime/system/free-port.ts';
import { spawnRecorded } from '../../runtime/system/started-processes.ts';
import { until } from './until.ts';

/** Whether `redis-server` is on the PATH. */
export const hasRedisServer = (): boolean => spawnSync('redis-server', ['--version']).error === undefined;

/** One Redis for a whole run, without persistence; undefined where there is no `redis-server`. */
export async function startTestRedis(): Promise<{ url: string; stop(): Promise<void> } | undefined> {
  if (!hasRedisServer()) return undefined;
  const port = await freePort();
  const memoryOnly = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction', '--databases', '10000'];
  const server = spawnRecorded('redis-server', ['--bind', '127.0.0.1', '--port', String(port), ...memoryOnly], {
    role: 'server',
    stdio: 'ignore',
  });
  const url = `redis://127.0.0.1:${port}`;
  await until(() => answers(url), { describe: `redis-server on port ${port}` });
  return {
    url,
    stop: async () => {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {}); // told by connect() too
  try {
    await redis.connect();
    return (await redis.ping()) === 'PONG';
  } finally {
    redis.disconnect();
  }
}
