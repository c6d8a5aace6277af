import { leakedSince, type OpenResources, openResources } from './support/open-resources.ts';
import { startTestPostgres } from './support/postgres-server.ts';
import { startTestRedis } from './support/redis-server.ts';

/** The run ends this long after its last test, whatever is still open. */
const endAfterMs = 5_000;
const leakGraceMs = 3_000;

let before: OpenResources;

/** Per test file: a queue, pool, server or timer that is left open fails the file that opened it. */
export const mochaHooks = {
  async beforeAll() {
    before = await openResources();
  },
  async afterAll() {
    const leaked = await leakedSince(before, leakGraceMs);
    if (leaked.length > 0) throw new Error(`left open by this file: ${leaked.join(', ')}`);
  },
};

const stops: (() => Promise<void>)[] = [];

/** Once, in mocha's main process: the workers are forked later and inherit the addresses. */
export async function mochaGlobalSetup(): Promise<void> {
  const postgres = await startTestPostgres();
  stops.push(postgres.stop);
  process.env.TEST_POSTGRES_URL = postgres.url;
  const redis = await startTestRedis();
  if (redis) {
    stops.push(redis.stop);
    process.env.TEST_REDIS_URL = redis.url;
  }
}

export async function mochaGlobalTeardown(): Promise<void> {
  // Without --parallel what a file left open lives in this very process: a connection loses its server now and throws,
  // which mocha would answer by throwing too; and a timer holds the process. Say so, and end with mocha's own status.
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', error => process.stderr.write(`left open, and now broken: ${error}\n`));
  for (const stop of stops.reverse()) await stop();
  setTimeout(() => {
    process.stderr.write(`still open at the end: ${[...new Set(process.getActiveResourcesInfo())].join(', ')}\n`);
    process.exit();
  }, endAfterMs).unref();
}
