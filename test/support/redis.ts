import type { Context } from 'mocha';

/** Every caller gets a database of its own: the workers of a run share one server. */
const firstDatabase = Number(process.env.MOCHA_WORKER_ID ?? 0) * 1000;
let given = 0;

/**
 * The address of an empty Redis database, or a skipped test that says so. In CI nothing may be skipped.
 * Call it in a `before` or a test that is a `function`, with its `this`.
 */
export function redisUrlOrSkip(context: Context): string {
  const url = process.env.TEST_REDIS_URL;
  if (url) return `${url}/${firstDatabase + given++}`;
  const reason = 'redis-server is not on the PATH. Install it: apt-get install redis-server · brew install redis';
  if (process.env.CI === 'true') throw new Error(`nothing may be skipped in CI, and ${reason}`);
  process.stderr.write(`\nSKIPPED "${context.test?.parent?.fullTitle() ?? context.test?.fullTitle()}": ${reason}\n`);
  return context.skip();
}
