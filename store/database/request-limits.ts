import type pg from 'pg';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
} from 'rate-limiter-flexible';

export type LimitRule = { readonly points: number; readonly windowSeconds: number };

/** A number of requests per window, counted over all processes. */
export type Limit = {
  /** Counts one request. @returns 0 within the limit, else how many milliseconds to wait */
  spend(key: string): Promise<number>;
  /** Uncounts the request: it was not a stranger's. */
  giveBack(key: string): Promise<void>;
  forget(key: string): Promise<void>;
};

/** @param name keeps the keys of one limit apart from another's */
export function createLimit(pool: pg.Pool, name: string, { points, windowSeconds }: LimitRule): Limit {
  const shared = new RateLimiterPostgres({
    storeClient: pool,
    storeType: 'pool',
    tableName: 'rate_limits',
    tableCreated: true,
    keyPrefix: name,
    points,
    duration: windowSeconds,
    // A caller over the limit causes no more queries.
    inMemoryBlockOnConsumed: points,
  });
  return counting(shared);
}

/** A limit within one process, without queries, for frequent requests. */
export const createLocalLimit = ({ points, windowSeconds }: LimitRule): Limit =>
  counting(new RateLimiterMemory({ points, duration: windowSeconds }));

function counting(limiter: RateLimiterAbstract): Limit {
  return {
    async spend(key) {
      try {
        await limiter.consume(key);
        return 0;
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        return Math.max(refused.msBeforeNext, 1);
      }
    },
    async giveBack(key) {
      await limiter.reward(key);
    },
    async forget(key) {
      await limiter.delete(key);
    },
  };
}
