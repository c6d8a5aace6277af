import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { type Environment, knownVariables } from '../runtime/config.ts';
import { type SupervisedProcess, startSupervised } from '../runtime/system/supervised-process.ts';
import { type System, startSystem } from '../runtime/system/supervisor.ts';
import { openStore, type Store } from '../store/database/open.ts';
import { startOwnCluster } from './own-cluster.ts';
import { startOwnPgBouncer } from './own-pgbouncer.ts';
import { type OwnPostgres, startOwnPostgres } from './own-postgres.ts';
import { type OwnQueues, startOwnRedis } from './own-redis.ts';
import { startOwnSentinel } from './own-sentinel.ts';
import { patient } from './patient-store.ts';
import type { Backend, Program } from './schedule.ts';
import { type Clocks, wrongClocks } from './wrong-clocks.ts';

/** Waiting times of real life, shortened: nothing is skipped. */
const shortened: Environment = {
  ORDER_HOLD_MINUTES: '0',
  PAYOUT_RECEIVER_REST_HOURS: '0',
  SWEEP_INTERVAL_MS: '250',
  SWEEP_STALL_AFTER_MS: '4000',
  EFFECT_QUARANTINE_MS: '1500',
  SUPPLIER_POLL_MS: '500',
  PAYOUT_POLL_MS: '300',
  TRACKING_POLL_MS: '2000',
  WAIT_RECHECK_MS: '500',
  BALANCE_READ_INTERVAL_MS: '500',
  MAX_DAILY_ORDERS: '1000000',
  CHECKOUTS_PER_MINUTE_PER_ADDRESS: '1000000',
  CHECKOUTS_PER_MINUTE_PER_SELLER: '1000000',
  NOTIFICATIONS_PER_MINUTE_PER_SELLER: '1000000',
  OPEN_CHECKOUTS_PER_ADDRESS: '1000000',
  MAX_DAILY_SPEND_USD: '1000000000',
  MAX_ORDER_SPEND_USD: '1000000000',
  ALLOW_BROWSER_AUTOMATION: 'true',
  BROWSER_PAGES: '1',
  BROWSER_PACE_MS: '0',
  // Longer than the account lease of a worker that was killed after the click.
  BROWSER_LOOK_FOR_MS: '60000',
  LOG_LEVEL: 'info',
};

/** Processes are killed on purpose: they are started again soon, however often they end. */
const restart = { backOffMs: () => 250, crashesInARowMax: 10_000 };

/** The whole system with its servers, all under the storm's control. */
export type StormSystem = AsyncDisposable & {
  readonly system: System;
  /** A store with the administrator's rights, for reading; the storm's own changes are the methods below. */
  readonly store: Store;
  readonly programs: Readonly<Record<Program, SupervisedProcess>>;
  readonly servers: { readonly postgres: OwnPostgres; readonly redis: OwnQueues | undefined };
  readonly clocks: Clocks;
  /** Deletes all jobs. */
  flush(): Promise<void>;
  /** Moves the send times of our effects, and the times of these orders, back by so much. */
  age(seconds: number, orderIds: readonly string[]): Promise<void>;
  /** Lets the time pass for which an unanswered effect is looked for when it may not be sent again. */
  endLooking(): Promise<void>;
  /** Makes every feed due now. */
  readFeeds(): Promise<void>;
};

export async function startStormSystem(options: {
  backend: Backend;
  pgbouncer?: boolean;
  folder: string;
  log: Writable;
  patienceMs: number;
}): Promise<StormSystem> {
  const { backend, pgbouncer = false, folder, log, patienceMs } = options;
  await using opened = new AsyncDisposableStack();
  const postgres = opened.use(await startOwnPostgres(join(folder, 'postgres')));
  const queues = opened.use(await startQueues(backend, join(folder, 'queues')));
  const bouncer = pgbouncer ? opened.use(await startOwnPgBouncer(join(folder, 'pgbouncer'), postgres.url)) : undefined;
  const system = opened.use(
    await startSystem({
      // None of the caller's own settings: the stormed system runs on this machine alone, with invented money.
      env: {
        ...Object.fromEntries(knownVariables().map(name => [name, undefined])),
        ...shortened,
        DATABASE_URL: bouncer?.url ?? postgres.url,
        ...(bouncer ? { DATABASE_DIRECT_URL: postgres.url, DATABASE_NAMED_STATEMENTS: 'off' } : {}),
        MIGRATION_DATABASE_URL: postgres.administratorUrl,
        ...queues?.settings,
      },
      dataFolder: join(folder, 'data'),
      removeData: true,
      ports: { api: 0, dashboard: 0, sandbox: 0 },
      restart,
      log,
    }),
  );
  const store = await openStore(postgres.administratorUrl, 4, system.config.encryptionKeys);
  opened.defer(() => store.close());
  const clocks = wrongClocks(store, folder);
  const secondWorkers = await startSupervised({
    ...restart,
    name: 'workers-2',
    command: [...clocks.nodeArguments, 'workers/main.ts'],
    env: system.env,
    stopDeadlineMs: system.config.shutdownDeadlineMs,
    log: line => log.write(`workers-2 | ${line}\n`),
    onGivenUp: error => log.write(`workers-2 | ${error.message}\n`),
  });
  opened.defer(() => secondWorkers.stop());
  const program = (name: string): SupervisedProcess => {
    const found = system.processes.find(process => process.name === name);
    if (!found) throw new Error(`${name} is not running`);
    return found;
  };
  const running = opened.move();
  return {
    system,
    store: patient(store, patienceMs),
    programs: {
      api: program('api'),
      workers: program('workers'),
      'workers-2': secondWorkers,
      dashboard: program('dashboard'),
    },
    servers: { postgres, redis: queues },
    clocks,
    flush: queues ? queues.flush : () => emptyJobTables(store),
    age: (seconds, orderIds) => age(store, seconds, orderIds),
    endLooking: () => endLooking(store),
    readFeeds: async () => void (await store.read(em => em.execute('update feeds set next_check_at = clock_now()'))),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Undefined where the queues are in the database. */
function startQueues(backend: Backend, folder: string): Promise<OwnQueues | undefined> {
  switch (backend) {
    case 'postgres':
      return Promise.resolve(undefined);
    case 'redis':
      return startOwnRedis(folder);
    case 'cluster':
      return startOwnCluster(folder);
    case 'sentinel':
      return startOwnSentinel(folder);
  }
}

/** All of BullMQ's tables, without the one that lists its migrations: emptying them is the FLUSHALL of Postgres. */
const jobTables = 'job job_log job_dependency event metrics rate_limit dedup dedup_next scheduler meta'.split(' ');

async function emptyJobTables(store: Store): Promise<void> {
  await store.transaction(async em => {
    await em.execute(`set local lock_timeout = '3s'`);
    await em.execute(`truncate ${jobTables.map(table => `bullmq.${table}`).join(', ')}`);
  });
}

/** A clock that was set back may end an effect's resend window; it goes to a person an hour later, after the storm. */
const lookedForSeconds = 2 * 3_600;

async function endLooking(store: Store): Promise<void> {
  const back = (column: string) => `${column} = ${column} - make_interval(secs => ${lookedForSeconds})`;
  const sends = ['first_sent_at', 'last_sent_at', 'resend_until'].map(back).join(', ');
  await store.read(em =>
    em.execute(`update effects set ${sends} where status = 'OPEN' and resend_until <= last_sent_at`),
  );
}

async function age(store: Store, seconds: number, orderIds: readonly string[]): Promise<void> {
  const back = (column: string) => `${column} = ${column} - make_interval(secs => ${seconds})`;
  await store.transaction(async em => {
    const sends = ['first_sent_at', 'last_sent_at', 'resend_until'].map(back).join(', ');
    await em.execute(`update effects set ${sends} where status = 'OPEN'`);
    // Otherwise orders from now on would seem older than the restore of the database.
    await em.execute(`update restores set ${['lost_from', 'opened_at', 'ended_at'].map(back).join(', ')}`);
    const times = ['created_at', 'paid_at', 'next_check_at'].map(back).join(', ');
    for (const id of orderIds) await em.execute(`update orders set ${times} where id = ?`, [id]);
  });
}
