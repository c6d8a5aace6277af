import { onRedis } from '../storm/on-redis.ts';

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Checks the address of a Redis to measure on: it must be on this machine, and empty, because the workers of a
 * measurement would take any other jobs there. @throws when it is not
 */
export async function emptyRedis(url: string): Promise<string> {
  if (!loopback.includes(new URL(url).hostname)) throw new Error('REDIS_URL: only a Redis of this machine is measured');
  const keys = await onRedis(url, redis => redis.dbsize());
  if (keys > 0) throw new Error(`REDIS_URL: its database holds ${keys} keys; choose an empty one (redis://…/9)`);
  return url;
}

/** Leaves the Redis empty, as it was found. */
export const emptyAgain = (url: string): Promise<unknown> => onRedis(url, redis => redis.flushdb());

/** Its process, and how many commands it has run: those that BullMQ's scripts run are among them. */
export async function readRedis(url: string | undefined): Promise<{ pid: number | undefined; commands: number }> {
  if (url === undefined) return { pid: undefined, commands: 0 };
  const [server, stats] = await onRedis(url, redis => Promise.all([redis.info('server'), redis.info('commandstats')]));
  const calls = [...stats.matchAll(/^cmdstat_(?!info|hello|client|select)[^:]+:calls=(\d+)/gm)].map(([, n]) =>
    Number(n),
  );
  return { pid: Number(/process_id:(\d+)/.exec(server)?.[1]), commands: calls.reduce((sum, n) => sum + n, 0) };
}
