import type { AsyncFunc, Func, Suite } from 'mocha';
import { hasRedisServer } from './redis-server.ts';

/** What holds the queues. */
export const backendNames = ['Postgres', 'Redis'] as const;
export type BackendName = (typeof backendNames)[number];

/**
 * `describe` for a suite on one of the two. Where there is no redis-server, Redis's are declared as skipped and say so:
 * a hook that skips would not do, because the hooks after it run all the same, on what was never set up.
 */
export const describeOn = (backend: BackendName, title: string, suite: (this: Suite) => void): void => {
  if (backend === 'Postgres' || mayUseRedis(title)) describe(title, suite);
  else describe.skip(title, suite);
};

/** `it` for a test that needs a Redis, likewise. */
export const itOnRedis = (title: string, test: Func | AsyncFunc): void => {
  if (mayUseRedis(title)) it(title, test);
  else it.skip(title, test);
};

function mayUseRedis(title: string): boolean {
  if (hasRedisServer()) return true;
  const reason = 'redis-server is not on the PATH. Install it: apt-get install redis-server · brew install redis';
  if (process.env.CI === 'true') throw new Error(`nothing may be skipped in CI, and ${reason}`);
  process.stderr.write(`\nSKIPPED "${title}": ${reason}\n`);
  return false;
}

/** Every caller gets a database of its own: the workers of a run share one server. */
const firstDatabase = Number(process.env.MOCHA_WORKER_ID ?? 0) * 1000;
let given = 0;

/** The address of an empty Redis database, inside of what `describeOn` and `itOnRedis` declare. */
export function newRedisUrl(): string {
  const url = process.env.TEST_REDIS_URL;
  if (!url) throw new Error('there is no Redis: declare the suite with describeOn, or the test with itOnRedis');
  return `${url}/${firstDatabase + given++}`;
}

export const redisUrlOn = (backend: BackendName): string | undefined =>
  backend === 'Redis' ? newRedisUrl() : undefined;
