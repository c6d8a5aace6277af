import { Redis } from 'ioredis';

/** Does something on a connection of its own. @throws when the server does not answer */
export async function onRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 3_000, retryStrategy: () => null });
  redis.on('error', () => undefined); // told by connect() too
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
