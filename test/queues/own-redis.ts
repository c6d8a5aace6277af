import { temporaryFolder } from '../../runtime/system/started-processes.ts';
import { onRedis } from '../../storm/on-redis.ts';
import { type RedisProcess, redisProcess } from '../../storm/redis-process.ts';
import { freePort } from '../support/free-port.ts';

/** A Redis of the test's own, to be stopped, frozen and emptied. For tests that are declared to need a Redis. */
export type OwnRedis = AsyncDisposable &
  Pick<RedisProcess, 'url' | 'freeze' | 'thaw'> & {
    stop(): Promise<void>;
    /** On the same port, empty: nothing is kept on disk. */
    startAgain(): Promise<void>;
    flush(): Promise<void>;
    /** From now on it wants this password. */
    protect(password: string): Promise<void>;
  };

const memoryOnly = ['--save', '', '--maxmemory-policy', 'noeviction'];

export async function startOwnRedis(...settings: string[]): Promise<OwnRedis> {
  const server = redisProcess(temporaryFolder('redis'), await freePort(), [...memoryOnly, ...settings]);
  const stop = () => server.end('SIGTERM');
  await server.start();
  const { url, freeze, thaw } = server;
  return {
    ...{ url, freeze, thaw, stop },
    startAgain: () => server.start(),
    flush: async () => void (await onRedis(url, redis => redis.flushall())),
    protect: async password => void (await onRedis(url, redis => redis.config('SET', 'requirepass', password))),
    [Symbol.asyncDispose]: stop,
  };
}
