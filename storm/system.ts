import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { type Environment, knownVariables } from '../runtime/config.ts';
import { type SupervisedProcess, startSupervised } from '../runtime/system/supervised-process.ts';
import { type System, startSystem } from '../runtime/system/supervisor.ts';
import { openStore, type Store } from '../store/database/open.ts';
import { type OwnPostgres, type OwnServer, startOwnPostgres } from './own-postgres.ts';
import { startOwnRedis } from './own-redis.ts';
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
  // Longer than whoever was killed after the click still holds the account.
  BROWSER_LOOK_FOR_MS: '60000',
  LOG_LEVEL: 'info',
};

/** Processes are killed on purpose: they come back soon, however often. */
const restart = { backOffMs: () => 250, crashesInARowMax: 10_000 };

/** The whole system with all that it stands on, in the storm's own hands. */
export type StormSystem = AsyncDisposable & {
  readonly system: System;
  /** The administrator's. To look at; what the storm itself does to the database is below. */
  readonly store: Store;
  readonly programs: Readonly<Record<Program, SupervisedProcess>>;
  readonly servers: { readonly postgres: OwnPostgres; readonly redis: OwnServer | undefined };
  readonly clocks: Clocks;
  /** Takes all jobs away. */
  flush(): Promise<void>;
  /** Moves what our effects remember of their sends, and the birth of these orders, back by so much. */
  age(seconds: number, orderIds: readonly string[]): Promise<void>;
  /** Lets the time pass for which an effect is looked for that was never answered, and is not sent again. */
  endLooking(): Promise<void>;
  /** Every feed is read now, and not when its time comes. */
  readFeeds(): Promise<void>;
};

export async function startStormSystem(options: {
  backend: Backend;
  folder: string;
  log: Writable;
  patienceMs: number;
}): Promise<StormSystem> {
  const { backend, folder, log, patienceMs } = options;
  await using opened = new AsyncDisposableStack();
  const postgres = opened.use(await startOwnPostgres(join(folder, 'postgres')));
  const redis = backend === 'redis' ? opened.use(await startOwnRedis(join(folder, 'redis'))) : undefined;
  const system = opened.use(
    await startSystem({
      // Nothing of the caller's own settings: what is stormed lives on this machine alone, and pays with invented money.
      env: {
        ...Object.fromEntries(knownVariables().map(name => [name, undefined])),
        ...shortened,
        DATABASE_URL: postgres.url,
        MIGRATION_DATABASE_URL: postgres.administratorUrl,
        REDIS_URL: redis?.url,
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
    servers: { postgres, redis },
    clocks,
    flush: redis ? redis.flush : () => emptyJobTables(store),
    age: (seconds, orderIds) => age(store, seconds, orderIds),
    endLooking: () => endLooking(store),
    readFeeds: async () => void (await store.read(em => em.execute('update feeds set next_check_at = clock_now()'))),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** All of BullMQ's tables but the one that says which of its migrations have run: what FLUSHALL is to a Redis. */
const jobTables = 'job job_log job_dependency event metrics rate_limit dedup dedup_next scheduler meta'.split(' ');

async function emptyJobTables(store: Store): Promise<void> {
  await store.transaction(async em => {
    await em.execute(`set local lock_timeout = '3s'`);
    await em.execute(`truncate ${jobTables.map(table => `bullmq.${table}`).join(', ')}`);
  });
}

/** A clock that was set back has closed its window: an hour later a person has it, and no storm lasts an hour. */
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
    // Or what is ordered from now on would look as if it had been ordered before the database was put back.
    await em.execute(`update restores set ${['lost_from', 'opened_at', 'ended_at'].map(back).join(', ')}`);
    const times = ['created_at', 'paid_at', 'next_check_at'].map(back).join(', ');
    for (const id of orderIds) await em.execute(`update orders set ${times} where id = ?`, [id]);
  });
}
