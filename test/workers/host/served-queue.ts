import { randomBytes, randomUUID } from 'node:crypto';
import type { Job as BullJob, Queue } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { catalogue } from '../../../queues/catalogue.ts';
import type { QueueContract } from '../../../queues/define-queue.ts';
import { type Backend, openBackend } from '../../../queues/engine/backend.ts';
import type { Context, Surroundings } from '../../../workers/context/context.ts';
import { type Host, startHost } from '../../../workers/host/host.ts';
import { processors } from '../../../workers/processors.ts';
import { type BackendName, onRedis, redisUrlOn } from '../../support/backends.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { until } from '../../support/until.ts';

export type Line = { level: string; fields: Record<string, unknown>; text?: string };
export type Processor = (payload: { orderId: string }, context: Context) => Promise<string>;

type Hosting = { gate?: Surroundings['gate']; shutdownDeadlineMs?: number };

/** One real queue, and hosts that serve it with processors of a test. */
export type ServedQueue = AsyncDisposable & {
  readonly databaseUrl: string;
  readonly asOwner: TestDatabase['asOwner'];
  readonly redisUrl: string | undefined;
  readonly prefix: string;
  readonly queue: Queue;
  /** What the hosts have logged. */
  readonly lines: Line[];
  serve(processor: Processor, contract?: Partial<QueueContract>, more?: Hosting): Promise<Host>;
  /** Adds a job with that payload, or with a new order's id. Gives the job's id. */
  add(payload?: object): Promise<string>;
  job(id: string): Promise<BullJob>;
  /** Waits until the job is in that state, and gives it. */
  become(id: string, state: string): Promise<BullJob>;
  /** Somebody else takes the job's lock, as when this process was thought dead. */
  takeLock(id: string): Promise<void>;
};

const { fulfill } = catalogue;

export async function openServedQueue(
  backendName: BackendName,
  /** Each try comes soon, and the deadline is what the test says. */
  defaults: Partial<QueueContract> = { backoffMs: 5, attempts: 3 },
): Promise<ServedQueue> {
  const redisUrl = redisUrlOn(backendName);
  await using opened = new AsyncDisposableStack();
  const database = await createTestDatabase();
  opened.defer(() => database.drop());
  const prefix = randomBytes(4).toString('hex');
  const lines: Line[] = [];
  const note = (level: string) => (fields: Record<string, unknown>, text: string) =>
    lines.push({ level, fields, text });
  const log = { info: note('info'), warn: note('warn'), error: note('error') } as unknown as Surroundings['log'];
  const open = async (): Promise<Backend> =>
    openBackend({ databaseUrl: database.url, workers: 1, log, prefix, ...onRedis(redisUrl) });

  const contract: QueueContract = { ...fulfill, ...defaults };
  const backend = await open();
  opened.defer(() => backend.close());
  const queue = backend.openQueue(contract);
  opened.defer(() => queue.close());
  const resources = opened.move();

  const job = async (id: string): Promise<BullJob> => {
    const found: BullJob | undefined = await queue.getJob(id);
    if (!found) throw new Error(`job ${id} is gone`);
    return found;
  };

  return {
    databaseUrl: database.url,
    asOwner: database.asOwner,
    redisUrl,
    prefix,
    queue,
    lines,
    job,

    async serve(processor, changes = {}, { gate, shutdownDeadlineMs = 15_000 } = {}) {
      const contracts = { ...catalogue, fulfill: { ...contract, ...changes } };
      const own = await open();
      const config = { shutdownDeadlineMs };
      const surroundings = { log, config, ...(gate ? { gate } : {}) } as Surroundings;
      const host = startHost(own, ['fulfill'], surroundings, {
        contracts,
        processors: { ...processors, fulfill: processor },
      });
      const close = async () => {
        await host.close();
        await own.close();
      };
      let closing: Promise<void> | undefined;
      const closeOnce = () => (closing ??= close());
      resources.defer(closeOnce);
      return { close: closeOnce };
    },

    async add(payload = { orderId: randomUUID() }) {
      const { id } = await queue.add(contract.name, payload, { jobId: `job-${randomUUID()}` });
      return id ?? '';
    },

    become: (id, state) =>
      until(async () => ((await queue.getJobState(id)) === state ? job(id) : undefined), {
        deadlineMs: 15_000,
        describe: async () => `job ${id} to be ${state}, it is ${await queue.getJobState(id)}`,
      }),

    async takeLock(id) {
      if (redisUrl) {
        const redis = new Redis(redisUrl);
        const [lock = ''] = await redis.keys(`*${id}:lock`);
        await redis.set(lock, 'somebody-else', 'PX', 60_000);
        await redis.quit();
        return;
      }
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query(`update bullmq.job set lock_token = 'somebody-else' where id = $1`, [id]);
      await client.end();
    },

    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
