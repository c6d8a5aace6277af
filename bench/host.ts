import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import { catalogue, type QueueName } from '../queues/catalogue.ts';
import { openBackend } from '../queues/engine/backend.ts';
import { openProducer } from '../queues/engine/producer.ts';
import { createLogger } from '../runtime/logger.ts';
import { startEmbeddedPostgres, throwaway } from '../runtime/system/embedded-postgres.ts';
import { temporaryFolder } from '../runtime/system/started-processes.ts';
import { migrate } from '../store/database/migrate.ts';
import type { Surroundings } from '../workers/context/context.ts';
import { startHost } from '../workers/host/host.ts';
import { processors } from '../workers/processors.ts';
import { runRawChain } from './baselines/raw-bullmq.ts';
import type { Progress } from './progress.ts';
import { medianRatio } from './quantile.ts';

export type HostOptions = { chains: number; redisUrl: string | undefined; log: Writable; progress: Progress };

export type HostFigures = {
  /** Chains per second in each run, in turns. */
  readonly ours: readonly number[];
  readonly raw: readonly number[];
  /** Jobs of ours that ran once more than they should. */
  readonly again: number;
};

const runs = 5;
const chain = ['fulfill', 'purchase', 'create-sale', 'payout'] as const satisfies readonly QueueName[];
const { concurrency } = catalogue.fulfill;
/** In which the chains of one run must be done. */
const deadlineOf = (count: number): AbortSignal => AbortSignal.timeout(60_000 + 50 * count);

export const ofRaw = ({ ours, raw }: HostFigures): number => medianRatio(ours, raw);

/** A chain of four queues whose jobs do nothing, through the workers' host and on BullMQ alone. */
export async function measureHost({ chains, redisUrl, log, progress }: HostOptions): Promise<HostFigures> {
  const server = await startEmbeddedPostgres(temporaryFolder('host-database'), throwaway);
  try {
    const { url: databaseUrl, administratorUrl } = server;
    await migrate({ databaseUrl, administratorUrl });
    const options = { databaseUrl, redisUrl, concurrency };
    const ours: number[] = [];
    const raw: number[] = [];
    let again = 0;
    const runRaw = (name: string, count: number) =>
      runRawChain({ ...options, names: namesOf(name), signal: deadlineOf(count) }, count);
    await runRaw('warm', Math.ceil(chains / 10));
    await runOurChain({ databaseUrl, redisUrl }, Math.ceil(chains / 10), log);
    for (let run = 1; run <= runs; run += 1) {
      raw.push(await runRaw('raw', chains));
      const own = await runOurChain({ databaseUrl, redisUrl }, chains, log);
      ours.push(own.perSecond);
      again += own.again;
      progress('host runs', run, runs);
    }
    return { ours, raw, again };
  } finally {
    await server.stop();
  }
}

const namesOf = (prefix: string): string[] => chain.map(name => `${prefix}-${name}`);

/** Chains per second are counted from the first job taken. @throws when they are not done in time */
async function runOurChain(
  { databaseUrl, redisUrl }: { databaseUrl: string; redisUrl: string | undefined },
  chains: number,
  to: Writable,
): Promise<{ perSecond: number; again: number }> {
  await using opened = new AsyncDisposableStack();
  const log = createLogger('host', 'info', { write: line => void to.write(line) });
  const redis = redisUrl ? { redis: { kind: 'server', url: redisUrl } as const } : {};
  const backend = await openBackend({ databaseUrl, ...redis, workers: chain.length, log });
  opened.defer(() => backend.close());
  const producer = openProducer(backend, log);
  opened.defer(() => producer.close());
  const jobFor = (place: number, id: string) => catalogue[chain[place]!].jobFor({ id, stateEntry: 1, wake: 0 });
  await producer.addAll(Array.from({ length: chains }, () => jobFor(0, randomUUID())));

  const { promise: allDone, resolve, reject } = Promise.withResolvers<void>();
  const signal = deadlineOf(chains);
  signal.addEventListener('abort', () => reject(signal.reason));
  let [ran, done] = [0, 0];
  const stepOf = (place: number) => async (payload: { orderId?: string; legId?: string }) => {
    ran += 1;
    if (place + 1 < chain.length) await producer.addAll([jobFor(place + 1, payload.orderId ?? payload.legId ?? '')]);
    else if (++done === chains) resolve();
    return 'done';
  };
  const noOps = Object.fromEntries(chain.map((name, place) => [name, stepOf(place)]));
  const startedAt = performance.now();
  const host = startHost(backend, chain, { log, config: { shutdownDeadlineMs: 15_000 } } as Surroundings, {
    processors: { ...processors, ...noOps },
  });
  opened.defer(() => host.close());
  await allDone;
  const seconds = (performance.now() - startedAt) / 1_000;
  return { perSecond: chains / seconds, again: ran - chain.length * chains };
}
