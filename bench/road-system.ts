import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { talkTo } from '../demo/http.ts';
import type { Job } from '../queues/define-queue.ts';
import type { Producer } from '../queues/engine/producer.ts';
import { freePort } from '../runtime/system/free-port.ts';
import { environmentOf } from '../runtime/system/process-settings.ts';
import { temporaryFolder } from '../runtime/system/started-processes.ts';
import { type SupervisedProcess, startSupervised } from '../runtime/system/supervised-process.ts';
import { type System, startSystem } from '../runtime/system/supervisor.ts';
import { openStore } from '../store/database/open.ts';
import type { Control } from '../test/support/sellers.ts';
import { openJobs } from './jobs.ts';
import { openShop, seedPaidOrders } from './paid-orders.ts';
import type { Progress } from './progress.ts';
import { ownEnvironment, ownPorts } from './system.ts';
import { startWatchedPostgres, type WatchedPostgres } from './watched-postgres.ts';

export type RoadSystem = AsyncDisposable & {
  readonly postgres: WatchedPostgres;
  readonly producer: Producer;
  readonly workers: SupervisedProcess | undefined;
  readonly sandbox: SupervisedProcess;
  readonly inline: SupervisedProcess & { readonly url: string };
  /** Orders that are paid, and the jobs that would carry them on. */
  seed(count: number, signal: AbortSignal): Promise<Job[]>;
  /** The sandbox's own books. */
  effects(): Promise<Readonly<Record<string, unknown>>>;
};

/** PayPal's own delay is not measured: a payout settles as soon as it is accepted. */
const payoutSettleMs = 0;
const restWithinMs = 60_000;
/** As in real life: on the road that is measured nothing waits for the sweep. */
const sweeps = { SWEEP_INTERVAL_MS: undefined, SWEEP_STALL_AFTER_MS: undefined };

type Options = { redisUrl: string | undefined; orders: number; log: Writable; progress: Progress };

/** One database and one sandbox, with the workers and the baseline in front of them. */
export async function openRoadSystem({ redisUrl, orders, log, progress }: Options): Promise<RoadSystem> {
  await using opened = new AsyncDisposableStack();
  const postgres = await startWatchedPostgres(temporaryFolder('road-database'));
  opened.defer(() => postgres.stop());
  const system = await startSystem({
    env: { ...ownEnvironment(redisUrl), ...sweeps, ...postgres.env, LOG_LEVEL: 'info' },
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
  const inline = await startInline(system, log);
  opened.defer(() => inline.stop());
  const { producer, close } = await openJobs(system, log);
  opened.defer(close);
  const { databaseUrl, config } = system;
  const store = await openStore(databaseUrl, 10, config.encryptionKeys);
  opened.defer(() => store.close());
  const shop = await openShop({ store, config, control }, orders);
  await untilFeedsRest(postgres.client);

  const running = opened.move();
  return {
    postgres,
    producer,
    workers: system.processes.find(({ name }) => name === 'workers'),
    sandbox,
    inline,
    seed: (count, signal) => seedPaidOrders(shop, count, { progress, signal }),
    effects: () => call('GET', '/effects'),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** New marketplace accounts are read at once, which is no part of the road. */
async function untilFeedsRest(client: pg.Client): Promise<void> {
  for (const signal = AbortSignal.timeout(restWithinMs); !signal.aborted; await sleep(250)) {
    const { rows } = await client.query(
      "select from feeds where next_check_at < clock_now() + interval '20 s' limit 1",
    );
    if (rows.length === 0) return;
  }
  throw new Error(`the feeds do not rest within ${restWithinMs / 1_000} s`);
}

type Server = { name: string; command: readonly string[]; env: Readonly<Record<string, string>>; healthUrl: string };

const startServer = (server: Server, log: Writable): Promise<SupervisedProcess> =>
  startSupervised({
    ...server,
    role: 'server',
    stopDeadlineMs: 5_000,
    log: line => log.write(`${server.name.padEnd(9)} | ${line}\n`),
    onGivenUp: error => log.write(`${server.name.padEnd(9)} | ${error.message}\n`),
  });

/** A sandbox without a state file: writing it after each effect, as the supervisor's does, is no work of ours. */
function startForgetfulSandbox({ env: { SANDBOX_STATE_FILE: _file, ...env }, urls }: System, log: Writable) {
  const healthUrl = `${urls.sandbox}/_control/health`;
  return startServer({ name: 'sandbox', command: ['sandbox/main.ts'], env, healthUrl }, log);
}

/** The baseline, with the settings of the workers. */
async function startInline({ env }: System, log: Writable): Promise<RoadSystem['inline']> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const command = ['bench/baselines/inline.ts', `${port}`];
  const server = { name: 'inline', command, env: environmentOf('workers', env), healthUrl: url };
  return Object.assign(await startServer(server, log), { url });
}
