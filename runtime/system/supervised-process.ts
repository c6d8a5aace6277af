import { setTimeout as sleep } from 'node:timers/promises';
import { type DetachedProcess, spawnDetached } from './detached-process.ts';
import { isEnding, type Role } from './started-processes.ts';

/**
 * A child process that is kept running.
 *
 *     starting ──ready──► running ──ends──► backing off ──► running …  too many crashes in a row: given up
 *        └─────ends──► the start fails
 *
 * A crash while starting is thrown to the caller: it is a wrong setting or a taken port, and would only repeat. A
 * process that ran for a while before it crashed has a clean record again.
 */
export type SupervisedProcess = {
  readonly name: string;
  /** Of the process that runs now; undefined between two. */
  readonly pid: number | undefined;
  /** Sends a signal and waits for the end. It is started again, as after any end that nobody asked for. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Stops it as at the end of the system, starts it again and waits until it is ready. */
  restart(): Promise<void>;
  /** Waits until it is ready, also when it has just been killed. */
  whenReady(): Promise<void>;
  /** SIGTERM, then SIGKILL past the deadline. */
  stop(): Promise<void>;
};

export type SupervisedProcessOptions = {
  name: string;
  /** The main file and its arguments. */
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  /** A server, which others need, ends after them; a program when left out. */
  role?: Role;
  /** Answers 2xx once it is ready. A process without one calls `announceReady`. */
  healthUrl?: string;
  stopDeadlineMs: number;
  log(line: string): void;
  /** How long to wait before it is started again, by the number of crashes in a row. */
  backOffMs?: (crashes: number) => number;
  /** It is given up after so many crashes in a row; 5 when left out. */
  crashesInARowMax?: number;
  /** Called once, when it crashed too often to be started again. */
  onGivenUp(error: Error): void;
};

const readyDeadlineMs = 30_000;
const stableAfterMs = 30_000;
const standardCrashesInARowMax = 5;
const standardBackOffMs = (crashes: number) => Math.min(250 * 2 ** crashes, 5_000);
const lastLinesMax = 20;

/** Starts it and waits until it is ready. @throws with its last lines when it ends before that */
export async function startSupervised(options: SupervisedProcessOptions): Promise<SupervisedProcess> {
  const { name, command, env, role, healthUrl, stopDeadlineMs, log, onGivenUp } = options;
  const { backOffMs = standardBackOffMs, crashesInARowMax = standardCrashesInARowMax } = options;
  const lastLines: string[] = [];
  let current: DetachedProcess;
  let keepRunning = false;
  let crashesInARow = 0;

  const launch = () => {
    const startedAt = Date.now();
    const onLine = (line: string) => {
      lastLines.push(line);
      lastLines.splice(0, lastLines.length - lastLinesMax);
      log(line);
    };
    const launched = spawnDetached(command, env, onLine, role);
    current = launched;
    void launched.end.then(reason => {
      if (keepRunning && !isEnding()) return recover(reason, Date.now() - startedAt);
    });
  };

  const recover = async (reason: string, ranForMs: number) => {
    crashesInARow = ranForMs > stableAfterMs ? 1 : crashesInARow + 1;
    if (crashesInARow > crashesInARowMax) {
      return onGivenUp(new Error(`${name} crashed ${crashesInARow} times in a row, last with ${reason}`));
    }
    const waitMs = backOffMs(crashesInARow);
    log(`ended with ${reason}; starting it again in ${waitMs} ms`);
    await sleep(waitMs);
    if (keepRunning && !isEnding()) launch();
  };

  const whenReady = async () => {
    const late = Date.now() + readyDeadlineMs;
    for (;;) {
      const asked = current;
      if (!asked.ended && (healthUrl ? await answers(healthUrl) : asked.announced) && !asked.ended) return;
      const problem = asked.ended && !keepRunning ? `ended with ${await asked.end}` : undefined;
      if (problem ?? Date.now() > late) {
        throw new Error([`${name} ${problem ?? `was not ready in ${readyDeadlineMs} ms`}:`, ...lastLines].join('\n'));
      }
      await sleep(50);
    }
  };

  const start = async () => {
    launch();
    try {
      await whenReady();
      keepRunning = true;
    } catch (error) {
      await current.stop(stopDeadlineMs);
      throw error;
    }
  };

  const stop = async () => {
    keepRunning = false;
    await current.stop(stopDeadlineMs);
  };

  await start();
  return {
    name,
    get pid() {
      return current.ended ? undefined : current.pid;
    },
    async kill(signal) {
      const killed = current;
      killed.send(signal);
      await killed.end;
    },
    async restart() {
      await stop();
      await start();
    },
    whenReady,
    stop,
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false; // not listening yet
  }
}
