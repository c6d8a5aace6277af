import { once } from 'node:events';
import { Redis } from 'ioredis';
import { spawnRecorded } from '../../runtime/system/started-processes.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';

/** A Redis of the test's own, to be stopped, frozen and emptied. For tests that are declared to need a Redis. */
export type OwnRedis = AsyncDisposable & {
  readonly url: string;
  stop(): Promise<void>;
  /** On the same port, empty: nothing is kept on disk. */
  startAgain(): Promise<void>;
  freeze(): void;
  thaw(): void;
  flush(): Promise<void>;
  /** From now on it wants this password. */
  protect(password: string): Promise<void>;
};

export async function startOwnRedis(...settings: string[]): Promise<OwnRedis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const start = async () => {
    const memoryOnly = ['--save', '', '--maxmemory-policy', 'noeviction', ...settings];
    const server = spawnRecorded('redis-server', ['--bind', '127.0.0.1', '--port', String(port), ...memoryOnly], {
      role: 'server',
      stdio: 'ignore',
    });
    await until(() => ask(url, redis => redis.ping()), { describe: `redis-server on port ${port}` });
    return server;
  };
  let server = await start();
  const stop = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGCONT');
    server.kill('SIGTERM');
    await ended;
  };
  return {
    url,
    stop,
    startAgain: async () => {
      server = await start();
    },
    freeze: () => server.kill('SIGSTOP'),
    thaw: () => server.kill('SIGCONT'),
    flush: async () => {
      await ask(url, redis => redis.flushall());
    },
    protect: async password => {
      await ask(url, redis => redis.config('SET', 'requirepass', password));
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function ask<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {}); // told by connect() too
  try {
    await redis.connect();
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}
