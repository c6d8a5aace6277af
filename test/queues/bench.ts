import { randomBytes } from 'node:crypto';
import { catalogue, type QueueName } from '../../queues/catalogue.ts';
import type { Job } from '../../queues/define-queue.ts';
import { type Backend, openBackend } from '../../queues/engine/backend.ts';
import { openProducer, type Producer } from '../../queues/engine/producer.ts';
import { sweep } from '../../queues/sweep.ts';
import type { Store } from '../../store/database/open.ts';
import { openTestStore } from '../store/fixtures.ts';
import { type BackendName, onRedis, redisUrlOn } from '../support/backends.ts';
import { until } from '../support/until.ts';

export type Warning = { fields: Record<string, unknown>; text: string };

/** A log that keeps what it was warned of. */
export function noteWarnings() {
  const warnings: Warning[] = [];
  const warn = (fields: unknown, text?: string): void => {
    if (typeof fields === 'string') warnings.push({ fields: {}, text: fields });
    else warnings.push({ fields: fields as Record<string, unknown>, text: text ?? '' });
  };
  return { warnings, log: { warn } as Parameters<typeof openProducer>[1] };
}

/** The database and the real queues, of this test alone. */
export type Bench = AsyncDisposable & {
  readonly store: Store;
  readonly backend: Backend;
  readonly producer: Producer;
  readonly warnings: readonly Warning[];
  /** One sweep, at the hour given; the number of jobs it made. */
  sweepAt(now: Date): Promise<number>;
  /** Ids of the jobs that wait or run, of all queues. */
  live(): Promise<string[]>;
  /** Takes one queue's jobs until the condition holds. */
  serve(queue: QueueName, perform: () => Promise<unknown>, untilTrue: () => Promise<boolean>): Promise<void>;
  state(job: Job): Promise<string>;
  /** The queue loses everything it has. */
  wipe(): Promise<void>;
};

export const openBench = (backend: BackendName): Promise<Bench> => openBenchOn(redisUrlOn(backend));

export async function openBenchOn(redisUrl: string | undefined): Promise<Bench> {
  await using opened = new AsyncDisposableStack();
  const db = opened.use(await openTestStore());
  const { log, warnings } = noteWarnings();
  const backend = await openBackend({
    databaseUrl: db.url,
    workers: 1,
    log,
    prefix: randomBytes(4).toString('hex'),
    ...onRedis(redisUrl),
  });
  opened.defer(() => backend.close());
  const producer = openProducer(backend, log);
  opened.defer(() => producer.close());
  const resources = opened.move();
  const queueOf = (job: Job) => producer.queues.get(job.queue as QueueName)!;
  return {
    store: db.store,
    backend,
    producer,
    warnings,
    sweepAt: now => sweep({ store: db.store, producer, stallAfterMs: 60_000, now: () => now }),
    live: async () => {
      const jobs = await Promise.all(
        [...producer.queues.values()].map(queue => queue.getJobs(['waiting', 'delayed', 'active', 'prioritized'])),
      );
      return jobs.flat().map(job => job.id ?? '');
    },
    async serve(queue, perform, untilTrue) {
      const worker = backend.openWorker(catalogue[queue], perform, { lockDuration: 5_000 });
      worker.on('error', () => undefined);
      try {
        await until(untilTrue, { describe: `what ${queue} leaves` });
      } finally {
        await worker.close();
      }
    },
    state: job => queueOf(job).getJobState(job.id),
    wipe: async () => {
      for (const queue of producer.queues.values()) await queue.obliterate({ force: true });
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
