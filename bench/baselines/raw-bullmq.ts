/**
 * A chain of four queues on BullMQ alone, with its own settings but for what a job keeps: each processor adds the next job
 * and does nothing else. It imports nothing of the product.
 */
import { randomUUID } from 'node:crypto';
import {
  createPostgresBackend,
  type JobsOptions,
  type PostgresConnectionOptions,
  Queue,
  Worker,
  withBackend,
} from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';

type Options = {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly names: readonly string[];
  /** Jobs at once in each queue. */
  readonly concurrency: number;
  /** Ends the wait for them. */
  readonly signal: AbortSignal;
};

/** As the product's jobs: what is tried again, and what is kept to be looked at. */
const jobOptions: JobsOptions = { attempts: 5, removeOnComplete: { count: 1_000 }, removeOnFail: { count: 5_000 } };

type Engine = {
  queue(name: string): Queue;
  worker(name: string, processor: (orderId: string) => Promise<void>): Worker;
  close(): Promise<void>;
};

function onRedis(redisUrl: string, concurrency: number): Engine {
  const [producer, consumer] = [1, 2].map(() => new Redis(redisUrl, { maxRetriesPerRequest: null }));
  return {
    queue: name => new Queue(name, { connection: producer!, prefix: 'raw', defaultJobOptions: jobOptions }),
    worker: (name, processor) =>
      new Worker(name, job => processor(job.data.orderId), { connection: consumer!, prefix: 'raw', concurrency }),
    close: async () => {
      for (const redis of [producer, consumer]) redis?.disconnect();
    },
  };
}

/** One pool for all, as large as the product's, whose commits do not wait for the disk either. */
function onPostgres(databaseUrl: string, concurrency: number, workers: number): Engine {
  const options = '-c search_path=bullmq -c synchronous_commit=off';
  const pool = new pg.Pool({ connectionString: databaseUrl, max: workers + 8, options });
  pool.setMaxListeners(0);
  const classes = withBackend(createPostgresBackend);
  const connection = pool as unknown as PostgresConnectionOptions;
  return {
    queue: name => new classes.Queue(name, { connection, defaultJobOptions: jobOptions }) as unknown as Queue,
    worker: (name, processor) =>
      new classes.Worker(name, async job => processor((job.data as { orderId: string }).orderId), {
        connection,
        concurrency,
      }) as unknown as Worker,
    close: () => pool.end(),
  };
}

/** Runs so many chains, all of them at once. @returns chains per second, from the first job taken @throws when aborted */
export async function runRawChain({ databaseUrl, redisUrl, names, concurrency, signal }: Options, chains: number) {
  await using opened = new AsyncDisposableStack();
  const engine = redisUrl ? onRedis(redisUrl, concurrency) : onPostgres(databaseUrl, concurrency, names.length);
  opened.defer(() => engine.close());
  const queues = names.map(name => engine.queue(name));
  opened.defer(async () => void (await Promise.all(queues.map(queue => queue.close()))));
  const add = (place: number, orderId: string) =>
    queues[place]?.add(names[place] ?? '', { orderId }, { jobId: `${names[place]}-${orderId}-1-0` });
  for (let added = 0; added < chains; added += 1) await add(0, randomUUID());

  const { promise: allDone, resolve, reject } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => reject(signal.reason));
  let done = 0;
  const startedAt = performance.now();
  const workers = names.map((name, place) =>
    engine.worker(name, async orderId => {
      if (place + 1 < names.length) await add(place + 1, orderId);
      else if (++done === chains) resolve();
    }),
  );
  opened.defer(async () => void (await Promise.all(workers.map(worker => worker.close()))));
  await allDone;
  const seconds = (performance.now() - startedAt) / 1_000;
  return chains / seconds;
}
