import type { Suite } from 'mocha';
import type { RedisAddress } from '../../runtime/config.ts';
import { describeWith } from './needs.ts';

/** What holds the queues. */
export const backendNames = ['Postgres', 'Redis'] as const;
export type BackendName = (typeof backendNames)[number];

/** `describe` for a suite on one of the two. */
export const describeOn = (backend: BackendName, title: string, suite: (this: Suite) => void): void =>
  describeWith(backend === 'Redis' ? 'Redis' : undefined, title, suite);

/** Every caller gets a database of its own: the workers of a run share one server. */
const firstDatabase = Number(process.env.MOCHA_WORKER_ID ?? 0) * 1000;
let given = 0;

/** The address of an empty Redis database, in a suite or a test that is declared to need one. */
export function newRedisUrl(): string {
  const url = process.env.TEST_REDIS_URL;
  if (!url) throw new Error('there is no Redis: declare the suite with describeOn, or the test with itWith');
  return `${url}/${firstDatabase + given++}`;
}

export const redisUrlOn = (backend: BackendName): string | undefined =>
  backend === 'Redis' ? newRedisUrl() : undefined;

/** As `openBackend` and `openGate` take it. */
export const onRedis = (url: string | undefined): { redis?: RedisAddress } =>
  url ? { redis: { kind: 'server', url } } : {};
