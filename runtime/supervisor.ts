import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { type Config, type Environment, readConfig } from './config.ts';
import { spawnDetached } from './detached-process.ts';
import { startDevDatabase } from './dev-database.ts';
import { devSettings } from './dev-settings.ts';
import { assertPortFree } from './free-port.ts';
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
  /** Ends a start that is under way. What was started by then is stopped again. */
  signal?: AbortSignal;
};

export type System = AsyncDisposable & {
  readonly urls: Urls;
  /** What every process was given, generated secrets included. */
  readonly env: Readonly<Record<string, string>>;
  readonly config: Config;
  readonly databaseUrl: string;
  readonly processes: readonly SupervisedProcess[];
  /** Settles when a process crashed too often to be started again. The others run on until `stop`. */
  readonly givenUp: Promise<Error>;
  /** Stops the processes, the last started first, and then the database. May be called more than once. */
  stop(): Promise<void>;
};

/** A process that does not keep its own shutdown deadline is killed this much later. */
const killLaterMs = 3_000;

/**
 * The whole system out of one process: settings, database, migration, the first user, then sandbox, api, workers and
 * dashboard as processes of their own. When it returns, all of them are ready.
 */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const { log = process.stdout, signal } = options;
  const dataFolder = resolve(options.dataFolder ?? '.data');
  const lineOf = (name: string) => (line: string) => void log.write(`${name.padEnd(9)} | ${line}\n`);

  await using opened = new AsyncDisposableStack();
  if (options.removeData) opened.defer(() => rmSync(dataFolder, { recursive: true, force: true }));
  const settings = await systemEnv({ ...process.env, ...options.env }, dataFolder, options.ports);
  if (!settings.DATABASE_URL && settings.NODE_ENV !== 'production') {
    const database = await startDevDatabase(join(dataFolder, 'postgres'));
    if (options.removeData) opened.defer(() => database.remove());
    opened.defer(() => database.stop());
    settings.DATABASE_URL = database.url;
  }
  const env = { ...settings, ...devSettings(dataFolder, settings) };
  const config = readConfig(env);

  const run = (name: string, ...command: string[]) => runToEnd(name, command, env, lineOf(name), signal);
  await run('migrate', 'store/migrate.ts');
  if (env.ADMIN_EMAIL && env.ADMIN_PASSWORD) {
    await run('user', 'store/create-user.ts', '--role', 'admin', '--if-missing');
  }

  const { plan, urls } = processPlan(env, config, options.processes ?? processNames);
  for (const { port } of plan.flat()) if (port) await assertPortFree(port.number, port.variable);
  const { promise: givenUp, resolve: onGivenUp } = Promise.withResolvers<Error>();
  const stopDeadlineMs = config.shutdownDeadlineMs + killLaterMs;
  const start = (planned: PlannedProcess) =>
    startSupervised(
      { ...options.restart, ...planned, env, stopDeadlineMs, log: lineOf(planned.name), onGivenUp },
      signal,
    );
  const processes: SupervisedProcess[] = [];
  for (const phase of plan) {
    const results = await Promise.allSettled(phase.map(start));
    for (const result of results) {
      if (result.status === 'rejected') continue;
      processes.push(result.value);
      opened.defer(() => result.value.stop());
    }
    const failed = results.find(result => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  const running = opened.move();
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= running.disposeAsync());
  return {
    urls,
    env,
    config,
    databaseUrl: config.databaseUrl,
    processes,
    givenUp,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Waits for a program that does its work and ends. @throws with what it said when it ends badly */
async function runToEnd(
  name: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  log: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const lines: string[] = [];
  const program = spawnDetached(command, env, line => {
    lines.push(line);
    log(line);
  });
  const end = await program.end;
  if (end !== 'status 0') throw new Error([`${name} ended with ${end}:`, ...lines].join('\n'));
}
