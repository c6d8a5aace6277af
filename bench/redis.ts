import { onRedis } from '../storm/on-redis.ts';

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * The address of a Redis that may be measured on: on this machine, and without a key. The workers of a measurement
 * would take the jobs of whoever else keeps them there. @throws when it is not such a one
 */
export async function emptyRedis(url: string): Promise<string> {
  if (!loopback.includes(new URL(url).hostname)) throw new Error('REDIS_URL: only a Redis of this machine is measured');
  const keys = await onRedis(url, redis => redis.dbsize());
  if (keys > 0) throw new Error(`REDIS_URL: its database holds ${keys} keys; choose an empty one (redis://…/9)`);
  return url;
}

/** Leaves it as it was found. */
export const emptyAgain = (url: string): Promise<unknown> => onRedis(url, redis => redis.flushdb());
