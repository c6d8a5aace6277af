import { type PostgresConnectionOptions, type Processor, Queue, Worker, type WorkerOptions, withBackend } from 'bullmq';
import pg from 'pg';
import type { RedisAddress } from '../../runtime/config.ts';
import type { Logger } from '../../runtime/logger.ts';
import { connectRedis } from '../../runtime/redis/connect.ts';
import { within } from '../../runtime/with-timeout.ts';
import { clocksMayDifferMs } from '../../store/database/clock.ts';
import { breakSilent, timeouts } from '../../store/database/pool-timeouts.ts';
import { assertOwnSession } from '../../store/database/pooler.ts';
import type { QueueContract } from '../define-queue.ts';
import { backOffMs, backOffType } from './back-off.ts';
import { checkRedis } from './check-redis.ts';
import { createBackend } from './postgres-bulk.ts';

export type JobProcessor = Processor;
type WorkerSettings = Omit<WorkerOptions, 'connection' | 'prefix'>;

/** Where the jobs live: BullMQ on Redis or on Postgres, the same classes either way. */
export type Backend = {
  openQueue(contract: QueueContract): Queue;
  openWorker(contract: QueueContract, processor: JobProcessor, settings: WorkerSettings): Worker;
  /**
   * A process whose clock was ahead may have left times in the queues that lie days ahead, which would keep them from
   * recovering jobs until then: those after `now` are set back to it.
   */
  setBack(now: Date): Promise<void>;
  /** After every queue and worker was closed. */
  close(): Promise<void>;
};

/** Jobs that are kept to be looked at; their rows in the database, not these, say what was done. */
const retention = { removeOnComplete: { count: 1_000 }, removeOnFail: { count: 5_000 } };

const jobDefaults = ({ attempts }: QueueContract) => ({
  attempts,
  backoff: { type: backOffType },
  ...retention,
});

/** BullMQ's own strategies do not know how long a provider asked us to wait. */
const backOff = (contract: QueueContract): WorkerSettings => ({
  settings: { backoffStrategy: (tries = 1, _type, error) => backOffMs(contract, tries, error) },
});

/** When BullMQ last looked for jobs whose worker is gone: it does not look again before that time has passed. */
const forgetLateCheck = `update meta set value = $1::bigint::text where field = 'stalled-check' and value::bigint > $2::bigint`;

const needsOwnSession =
  'DATABASE_URL leads through a pooler, and the queues are in the database, where their workers LISTEN. Name Postgres ' +
  'itself in DATABASE_URL, or a Redis for the queues (REDIS_URL)';

/**
 * BullMQ on the application's own Postgres. All queues and workers share one pool: each worker keeps one connection
 * for LISTEN, so a pool must be larger than the number of workers or it hangs.
 */
function postgresBackend(databaseUrl: string, workers: number): Backend {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: workers + 8,
    keepAlive: true,
    ...timeouts,
    // What a crash of the server can lose here is queue state, and the sweep rebuilds that.
    options: '-c search_path=bullmq -c synchronous_commit=off',
  });
  const classes = withBackend(createBackend(pool));
  pool.setMaxListeners(0);
  breakSilent(pool);
  // Lost idle connections are replaced; queues and workers report what they notice themselves.
  pool.on('error', () => undefined);
  const connection = pool as unknown as PostgresConnectionOptions;
  return {
    openQueue: contract =>
      new classes.Queue(contract.name, { connection, defaultJobOptions: jobDefaults(contract) }) as unknown as Queue,
    openWorker: (contract, processor, settings) =>
      new classes.Worker(contract.name, processor, {
        connection,
        ...settings,
        ...backOff(contract),
      }) as unknown as Worker,
    setBack: async now => {
      await pool.query(forgetLateCheck, [now.getTime(), now.getTime() + clocksMayDifferMs]);
    },
    close: () => pool.end(),
  };
}

/** A connection that is not up by then counts as away. */
const connectMs = 10_000;

/** BullMQ on Redis or Valkey. Producers fail at once while it is away (the sweep adds later); workers wait for it. */
async function redisBackend(address: RedisAddress, prefix: string): Promise<Backend> {
  const producer = connectRedis(address, { waits: false, retries: 1, lazy: true });
  const consumer = connectRedis(address, { waits: true, retries: null });
  const disconnect = () => {
    for (const redis of [producer, consumer]) redis.disconnect();
  };
  // A queue that is opened before the connection is up fails to set itself up, and every add after that fails too.
  await within(connectMs, producer.connect(), 'Redis was not reached').catch((error: unknown) => {
    disconnect();
    throw error;
  });
  // In a cluster all keys of one queue must share a slot: the braces say which part is hashed.
  const keysOf = (contract: QueueContract) => `{${prefix}:${contract.name}}`;
  return {
    openQueue: contract =>
      new Queue(contract.name, {
        connection: producer,
        prefix: keysOf(contract),
        defaultJobOptions: jobDefaults(contract),
        skipWaitingForReady: true,
      }),
    openWorker: (contract, processor, settings) =>
      new Worker(contract.name, processor, {
        connection: consumer,
        prefix: keysOf(contract),
        ...settings,
        ...backOff(contract),
      }),
    // Redis counts all of this by its own clock.
    setBack: async () => undefined,
    close: async () => disconnect(),
  };
}

export async function openBackend(options: {
  databaseUrl: string;
  redis?: RedisAddress;
  /** How many workers this process will open. */
  workers: number;
  log: Pick<Logger, 'warn'>;
  /** Keeps installations that share one Redis apart. */
  prefix?: string;
}): Promise<Backend> {
  const { databaseUrl, redis, workers, log, prefix = 'orders' } = options;
  if (!redis) {
    await assertOwnSession(databaseUrl, needsOwnSession);
    return postgresBackend(databaseUrl, workers);
  }
  await checkRedis(redis, log);
  return redisBackend(redis, prefix);
}
