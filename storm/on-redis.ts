import { Redis } from 'ioredis';

/** Runs `work` on a new connection. @throws when the server does not answer */
export async function onRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 3_000, retryStrategy: () => null });
  redis.on('error', () => undefined); // connect() rejects with it too
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
