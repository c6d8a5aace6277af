import pg from 'pg';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRedis } from 'rate-limiter-flexible';
import type { RedisAddress } from '../../runtime/config.ts';
import { connectRedis } from '../../runtime/redis/connect.ts';
import { createLimits, type Limits, type Window } from './limits.ts';

/** Without the shared counters each process keeps to a tenth of the limit of all. */
const aloneShare = 0.1;

const alone = ({ points, seconds }: Window) =>
  new RateLimiterMemory({ points: Math.max(1, Math.floor(points * aloneShare)), duration: seconds });

const counted = (window: Window) => ({
  points: window.points,
  duration: window.seconds,
  // Once the limit is used up, the shared counter is not asked again before the window is over.
  inMemoryBlockOnConsumed: window.points,
  insuranceLimiter: alone(window),
});

/** The limits of all processes, counted where the jobs live: on Redis, or else in the application's Postgres. */
export function openLimits(where: { databaseUrl: string; redis?: RedisAddress; prefix?: string }): {
  limits: Limits;
  close(): Promise<void>;
} {
  const { databaseUrl, redis: address, prefix = 'orders' } = where;
  const keyPrefix = `${prefix}:calls`;
  if (address) {
    // The first calls wait for the connection; while Redis is away, none waits for long.
    // Until it is back, each process counts for itself.
    const redis = connectRedis(address, { waits: true, retries: 1, commandTimeout: 500 });
    const limits = createLimits(
      window =>
        new RateLimiterRedis({
          storeClient: redis,
          keyPrefix,
          ...counted(window),
        }),
    );
    return { limits, close: async () => redis.disconnect() };
  }
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 2,
    connectionTimeoutMillis: 2_000,
    query_timeout: 2_000,
  });
  pool.on('error', () => undefined);
  const limits = createLimits(
    window =>
      new RateLimiterPostgres({
        storeClient: pool,
        storeType: 'pool',
        tableName: 'provider_calls',
        tableCreated: true,
        keyPrefix,
        ...counted(window),
      }),
  );
  return { limits, close: () => pool.end() };
}
