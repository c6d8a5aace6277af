import { lstatSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { CannotStart } from '../cannot-start.ts';
import { type Config, type Environment, readConfig } from '../config.ts';
import { behindOwnLink } from './assert-ours.ts';
import { spawnDetached } from './detached-process.ts';
import { type DevDatabase, openDevDatabase } from './dev-database.ts';
import { devSettings } from './dev-settings.ts';
import { assertPortFree } from './free-port.ts';
import { environmentOf, type Program } from './process-settings.ts';
import type { Role } from './started-processes.ts';
import { type SupervisedProcess, type SupervisedProcessOptions, startSupervised } from './supervised-process.ts';
import {
  type PlannedProcess,
  type ProcessName,
  processNames,
  processPlan,
  type SystemPorts,
  systemEnv,
  type Urls,
} from './system-plan.ts';

export type { SupervisedProcess } from './supervised-process.ts';
export type { ProcessName, SystemPorts, Urls } from './system-plan.ts';

export type SystemOptions = {
  /** Laid over `process.env`; undefined takes a variable away. */
  env?: Environment;
  /** Which of them to start; all that the settings call for when left out. */
  processes?: readonly ProcessName[];
  /** Those that are planned now and started by `startRest`. */
  later?: readonly ProcessName[];
  /** Holds the embedded database, the generated secrets and the sandbox's books. */
  dataFolder?: string;
  /** Removes the data folder after `stop`, for a system that is played with once. */
  removeData?: boolean;
  /** 0 takes a free one. Left out, the environment's or the standard one. */
  ports?: SystemPorts;
  /** Gets the output of all processes, each line behind the name of its process. */
  log?: Writable;
  /** How a process that crashed is started again; for whoever makes them crash on purpose. */
  restart?: Pick<SupervisedProcessOptions, 'backOffMs' | 'crashesInARowMax'>;
};

export type System = AsyncDisposable & {
  readonly urls: Urls;
  /**
   * All settings, generated secrets included: each process is given what it needs of them. The address of the
   * database's administrator is not among them.
   */
  readonly env: Readonly<Record<string, string>>;
  readonly config: Config;
  /** As the application, which is all that the processes have. */
  readonly databaseUrl: string;
  /** As the administrator, for whoever needs more than the application may. */
  readonly administratorUrl: string | undefined;
  readonly processes: readonly SupervisedProcess[];
  /** Settles when a process crashed too often to be started again. The others run on until `stop`. */
  readonly givenUp: Promise<Error>;
  /** Starts what was left for later. */
  startRest(): Promise<void>;
  /** Stops the programs, and then what they stand on: sandbox and database. May be called more than once. */
  stop(): Promise<void>;
};

/** A process that does not keep its own shutdown deadline is killed this much later. */
const killLaterMs = 200;

/**
 * The whole system out of one process: settings, database, migration, the first user, then sandbox, api, workers and
 * dashboard as processes of their own. What need not wait for another starts beside it. When it returns, all of them are
 * ready but those left for later. @throws CannotStart
 */
export const startSystem = (options: SystemOptions = {}): Promise<System> =>
  start(options).catch(error => {
    throw CannotStart.because(error);
  });

async function start(options: SystemOptions): Promise<System> {
  const { log = process.stdout, removeData = false, later = [] } = options;
  const named = resolve(options.dataFolder ?? '.data');
  const dataFolder = lstatSync(named, { throwIfNoEntry: false }) ? behindOwnLink(named) : named;
  await using opened = new AsyncDisposableStack();
  if (removeData) opened.defer(() => rmSync(dataFolder, { recursive: true, force: true }));
  const settings = await systemEnv({ ...process.env, ...options.env }, dataFolder, options.ports);
  const database = await ownDatabase(settings, dataFolder, removeData);
  if (database && removeData) opened.defer(() => database.remove());
  if (database) settings.DATABASE_URL = database.url;
  // It would name another database than ours.
  if (database) delete settings.DATABASE_DIRECT_URL;
  // The administrator's address is given to the migration alone.
  const { MIGRATION_DATABASE_URL: given, ...ofProcesses } = settings;
  const administratorUrl = database?.administratorUrl ?? given;
  const env: Record<string, string> = { ...ofProcesses, ...devSettings(dataFolder, settings) };
  const config = readConfig(env);
  const { plan, urls } = processPlan(env, config, options.processes ?? processNames);
  for (const { port } of plan) if (port) await assertPortFree(port.number, port.variable);

  const launcher = createLauncher(env, config, log, options.restart);
  const { launch, run, stopAll } = launcher;
  const migrate = () =>
    run('migrate', ['store/database/migrate.ts'], administratorUrl ? { MIGRATION_DATABASE_URL: administratorUrl } : {});
  const firstUser = async () => {
    if (env.ADMIN_EMAIL && env.ADMIN_PASSWORD)
      await run('user', ['store/accounts/create-user.ts', '--role', 'admin', '--if-missing']);
  };
  const planned = (role: Role, isLater = false) =>
    plan.filter(one => one.role === role && later.includes(one.name) === isLater).map(launch);

  opened.defer(() => allOf([database?.stop(), stopAll('server')]));
  opened.defer(() => stopAll('program'));
  // The sandbox before all others: it writes the certificate that the api reads.
  await allOf([database?.start(), migrate(), ...planned('server')]);
  await allOf([firstUser(), ...planned('program')]);

  const running = opened.move();
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= running.disposeAsync());
  return {
    urls,
    env,
    config,
    databaseUrl: config.databaseUrl,
    administratorUrl,
    processes: launcher.processes,
    givenUp: launcher.givenUp,
    startRest: () => allOf(planned('program', true)),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Starts what is planned, and stops what it has started. */
function createLauncher(
  env: Readonly<Record<string, string>>,
  { shutdownDeadlineMs }: Config,
  log: Writable,
  restart: SystemOptions['restart'],
) {
  const { promise: givenUp, resolve: onGivenUp } = Promise.withResolvers<Error>();
  const stopDeadlineMs = shutdownDeadlineMs + killLaterMs;
  const processes: SupervisedProcess[] = [];
  const roles = new Map<SupervisedProcess, Role>();
  const lineOf = (name: string) => (line: string) => void log.write(`${name.padEnd(9)} | ${line}\n`);
  return {
    processes,
    givenUp,
    async launch(planned: PlannedProcess): Promise<void> {
      const told = { env: environmentOf(planned.name, env), log: lineOf(planned.name) };
      const options = { ...restart, ...planned, ...told, stopDeadlineMs, onGivenUp };
      const running = await startSupervised(options);
      processes.push(running);
      roles.set(running, planned.role);
    },
    /** @param more that is not among the settings of all */
    run: (name: Program, command: readonly string[], more: Readonly<Record<string, string>> = {}) =>
      runToEnd(name, command, environmentOf(name, { ...env, ...more }), lineOf(name)),
    async stopAll(role: Role): Promise<void> {
      await Promise.all(processes.filter(one => roles.get(one) === role).map(one => one.stop()));
    },
  };
}

/** In development, where nobody names a database. */
async function ownDatabase(
  env: Environment,
  dataFolder: string,
  removeData: boolean,
): Promise<DevDatabase | undefined> {
  if (env.DATABASE_URL || env.NODE_ENV === 'production') return undefined;
  return openDevDatabase(join(dataFolder, 'postgres'), { keepsData: !removeData });
}

/** Waits for all of them, also when one fails: what has started by then can be stopped. @throws the first failure */
async function allOf(starts: readonly (Promise<void> | undefined)[]): Promise<void> {
  const results = await Promise.allSettled(starts);
  const failed = results.find(result => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Waits for a program that does its work and ends. @throws with what it said when it ends badly */
async function runToEnd(
  name: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  log: (line: string) => void,
): Promise<void> {
  const lines: string[] = [];
  const program = spawnDetached(command, env, line => {
    lines.push(line);
    log(line);
  });
  const end = await program.end;
  if (end !== 'status 0') throw new Error([`${name} ended with ${end}:`, ...lines].join('\n'));
}
