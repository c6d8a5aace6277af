import { rmSync } from 'node:fs';
import type { Environment } from '../runtime/config.ts';
import { freePort } from '../runtime/system/free-port.ts';
import { onRedis } from './on-redis.ts';
import { expectRedisServer, keepsJobs, redisProcess } from './redis-process.ts';

/** What holds the queues of a storm, which may kill it. */
export type OwnQueues = AsyncDisposable & {
  /** By which the system finds it. */
  readonly settings: Environment;
  /**
   * kill -9 of a server that takes jobs, and its start with the same data; another one may have taken its place meanwhile.
   * @param key of many that take jobs, the one that holds this key; left out, each of them in turn
   */
  killAndStart(key?: string): Promise<void>;
  /** FLUSHALL. */
  flush(): Promise<void>;
};

/** The `redis-server` of this machine. */
export async function startOwnRedis(folder: string): Promise<OwnQueues> {
  expectRedisServer('redis');
  await using opened = new AsyncDisposableStack();
  // Last: a server that cannot write any more does not end.
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const server = redisProcess(folder, await freePort(), keepsJobs);
  opened.defer(() => server.end('SIGTERM'));
  await server.start();
  const running = opened.move();
  return {
    settings: { REDIS_URL: server.url },
    async killAndStart() {
      await server.end('SIGKILL');
      await server.start();
    },
    flush: async () => void (await onRedis(server.url, redis => redis.flushall())),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
