import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { talkTo } from '../demo/http.ts';
import type { Job } from '../queues/define-queue.ts';
import { openBackend } from '../queues/engine/backend.ts';
import { openProducer } from '../queues/engine/producer.ts';
import { createLogger } from '../runtime/logger.ts';
import { temporaryFolder } from '../runtime/system/started-processes.ts';
import { startSupervised } from '../runtime/system/supervised-process.ts';
import { type System, startSystem } from '../runtime/system/supervisor.ts';
import { openStore, type Store } from '../store/database/open.ts';
import { ledgerTotals } from '../store/money/ledger.ts';
import type { Control } from '../test/support/sellers.ts';
import { type Books, readBooks } from './books.ts';
import { type Runs, watchJobLines } from './job-lines.ts';
import { seedPaidOrders } from './paid-orders.ts';
import type { Progress } from './progress.ts';
import { ownEnvironment, ownPorts } from './system.ts';
import { databaseNow, type Latencies, readTimeline, standing } from './timeline.ts';

export type RoadOptions = {
  orders: number;
  redisUrl: string | undefined;
  log: Writable;
  progress: Progress;
};

export type RoadFigures = {
  orders: number;
  settled: number;
  seconds: number;
  latencies: Latencies;
  runs: Runs;
  books: Books;
  ledgerBalanced: boolean;
  /** Database transactions per order, including single reads, and BullMQ's own when the jobs are in Postgres. */
  commitsPerOrder: number;
  /** Each deadlock stops two transactions for a second, and one of them is repeated. */
  deadlocks: number;
};

/** PayPal's own delay is not measured: a payout settles as soon as it is accepted. */
const payoutSettleMs = 0;
const addAtOnce = 50;

/** Measures how many paid orders a second one workers process settles, and where the time goes. */
export async function measureRoad({ orders, redisUrl, progress, ...options }: RoadOptions): Promise<RoadFigures> {
  const { log, runs, clear } = watchJobLines(options.log);
  const signal = AbortSignal.timeout(60_000 + 1_000 * orders);
  await using opened = new AsyncDisposableStack();
  const system = await startSystem({
    env: { ...ownEnvironment(redisUrl), LOG_LEVEL: 'info' },
    dataFolder: temporaryFolder('road'),
    removeData: true,
    ports: ownPorts,
    processes: ['workers'],
    log,
  });
  opened.defer(() => system.stop());
  const sandbox = await startForgetfulSandbox(system, log);
  opened.defer(() => sandbox.stop());
  const call = talkTo(`${system.urls.sandbox}/_control`);
  const control: Control = async <T>(path: string, body?: object) => (await call('POST', `/${path}`, { ...body })) as T;
  await control('settings', { webhooks: false, payoutSettleMs });
  await control('balance', { provider: 'paypal', currency: 'USD', amountMinor: `${1_000_00 + 100_00 * orders}` });
  const { databaseUrl, config } = system;
  const jobs = await onStore(system, 10, store =>
    seedPaidOrders({ store, config, control, count: orders, progress, signal }),
  );

  clear();
  const store = await openStore(databaseUrl, 2, config.encryptionKeys);
  opened.defer(() => store.close());
  const before = await databaseCounters(store);
  const since = await databaseNow(store);
  await addJobs(system, jobs, log);
  const settled = await untilSettled(store, orders, progress, signal); // past the deadline the figures are still shown
  // A connection reports its last counts when it closes.
  await Promise.all(system.processes.map(workers => workers.stop()));
  const after = await databaseCounters(store);
  const totals = await store.read(em => ledgerTotals(em));
  return {
    orders,
    settled,
    ...(await readTimeline(store, since)),
    runs,
    books: readBooks(await call('GET', '/effects'), orders),
    ledgerBalanced: totals.length > 0 && totals.every(({ amountMinor }) => amountMinor === 0n),
    commitsPerOrder: (after.commits - before.commits) / orders,
    deadlocks: after.deadlocks - before.deadlocks,
  };
}

async function onStore<T>(
  { databaseUrl, config }: System,
  poolSize: number,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(databaseUrl, poolSize, config.encryptionKeys);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** A sandbox without a state file: writing it after each effect, as the supervisor's does, is no work of ours. */
function startForgetfulSandbox(system: System, log: Writable) {
  const { SANDBOX_STATE_FILE: _file, ...env } = system.env;
  return startSupervised({
    name: 'sandbox',
    command: ['sandbox/main.ts'],
    env,
    role: 'server',
    healthUrl: `${system.urls.sandbox}/_control/health`,
    stopDeadlineMs: 5_000,
    log: line => log.write(`sandbox   | ${line}\n`),
    onGivenUp: error => log.write(`sandbox   | ${error.message}\n`),
  });
}

async function addJobs({ config, databaseUrl }: System, jobs: readonly Job[], to: Writable): Promise<void> {
  const log = createLogger('bench', 'warn', { write: line => void to.write(line) });
  const redis = config.redis === undefined ? {} : { redis: config.redis };
  const backend = await openBackend({ databaseUrl, ...redis, workers: 0, log });
  const producer = openProducer(backend, log);
  for (let from = 0; from < jobs.length; from += addAtOnce) await producer.addAll(jobs.slice(from, from + addAtOnce));
  await producer.close();
  await backend.close();
}

/** Waits until every order is settled, or none can be expected to settle any more. */
async function untilSettled(store: Store, orders: number, progress: Progress, signal: AbortSignal): Promise<number> {
  for (;;) {
    const { settled, stopped } = await standing(store);
    progress('orders settled', settled, orders);
    if (settled + stopped >= orders || signal.aborted) return settled;
    await sleep(250);
  }
}

type Counters = { commits: number; deadlocks: number };

async function databaseCounters(store: Store): Promise<Counters> {
  const [row] = await store.read(em =>
    em.execute<Counters[]>(
      `select xact_commit::float8 as commits, deadlocks::float8 as deadlocks
       from pg_stat_database where datname = current_database()`,
    ),
  );
  return row ?? { commits: 0, deadlocks: 0 };
}
