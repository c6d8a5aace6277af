import {
  createPostgresBackend,
  type PostgresConnectionOptions,
  type Processor,
  Queue,
  Worker,
  type WorkerOptions,
  withBackend,
} from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Logger } from '../runtime/logger.ts';
import type { QueueContract } from './contract.ts';

export type JobProcessor = Processor;
export type WorkerSettings = Omit<WorkerOptions, 'connection' | 'prefix'>;

/** Where the jobs live: BullMQ on Redis or on Postgres, the same classes either way. */
export type Backend = {
  openQueue(contract: QueueContract): Queue;
  openWorker(contract: QueueContract, processor: JobProcessor, settings: WorkerSettings): Worker;
  /** After every queue and worker was closed. */
  close(): Promise<void>;
};

/** Jobs that are kept to be looked at; their rows in the database, not these, say what was done. */
const retention = { removeOnComplete: { count: 1_000 }, removeOnFail: { count: 5_000 } };

const jobDefaults = ({ attempts, backoffMs }: QueueContract) => ({
  attempts,
  backoff: { type: 'exponential', delay: backoffMs },
  ...retention,
});

/**
 * BullMQ on the application's own Postgres. All queues and workers share one pool: each worker keeps one connection
 * for LISTEN, so a pool must be larger than the number of workers or it hangs.
 */
function postgresBackend(databaseUrl: string, workers: number): Backend {
  const classes = withBackend(createPostgresBackend);
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: workers + 8,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    // What a crash of the server can lose here is queue state, and the sweep rebuilds that.
    options: '-c search_path=bullmq -c synchronous_commit=off',
  });
  pool.setMaxListeners(0);
  // Lost idle connections are replaced; queues and workers report what they notice themselves.
  pool.on('error', () => undefined);
  const connection = pool as unknown as PostgresConnectionOptions;
  return {
    openQueue: contract =>
      new classes.Queue(contract.name, { connection, defaultJobOptions: jobDefaults(contract) }) as unknown as Queue,
    openWorker: (contract, processor, settings) =>
      new classes.Worker(contract.name, processor, { connection, ...settings }) as unknown as Worker,
    close: () => pool.end(),
  };
}

/** BullMQ on Redis or Valkey. Producers fail at once while it is away (the sweep adds later); workers wait for it. */
async function redisBackend(redisUrl: string, prefix: string): Promise<Backend> {
  const producer = new Redis(redisUrl, { enableOfflineQueue: false, maxRetriesPerRequest: 1, lazyConnect: true });
  const consumer = new Redis(redisUrl, { maxRetriesPerRequest: null });
  for (const redis of [producer, consumer]) redis.on('error', () => undefined);
  // A queue that is opened before the connection stands fails to set itself up, and every add after that fails too.
  await producer.connect();
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
      new Worker(contract.name, processor, { connection: consumer, prefix: keysOf(contract), ...settings }),
    close: async () => {
      for (const redis of [producer, consumer]) redis.disconnect();
    },
  };
}

/** @throws when Redis would evict keys: a lock or a job that vanishes is a job that runs twice, or never. */
async function assertKeepsJobs(redisUrl: string, log: Pick<Logger, 'warn'>): Promise<void> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 3, connectTimeout: 3_000 });
  redis.on('error', () => undefined);
  try {
    const memory = await redis.info('memory');
    const policy = /maxmemory_policy:(\S+)/.exec(memory)?.[1] ?? 'unknown';
    if (policy !== 'noeviction')
      throw new Error(`Redis would evict jobs: set maxmemory-policy noeviction, not ${policy}`);
    if (/aof_enabled:0/.test(await redis.info('persistence')))
      log.warn('Redis runs without AOF: after its crash the sweep rebuilds all jobs from the database');
  } finally {
    redis.disconnect();
  }
}

export async function openBackend(options: {
  databaseUrl: string;
  redisUrl?: string;
  /** How many workers this process will open. */
  workers: number;
  log: Pick<Logger, 'warn'>;
  /** Keeps installations that share one Redis apart. */
  prefix?: string;
}): Promise<Backend> {
  const { databaseUrl, redisUrl, workers, log, prefix = 'orders' } = options;
  if (!redisUrl) return postgresBackend(databaseUrl, workers);
  await assertKeepsJobs(redisUrl, log);
  return redisBackend(redisUrl, prefix);
}
