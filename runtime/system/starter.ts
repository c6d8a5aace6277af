/**
 * A program that starts others: the demo, `npm start`, a storm, a bench. However it ends, all that it has started ends
 * with it, and its temporary files are gone:
 *
 *     working ── the work is done ───────────────────► exits with its status
 *        ├────── the work fails ─────────────────────► says why, exits with 1
 *        └────── SIGINT, SIGTERM, or npm has ended ──► stopping, less than five seconds ──► says so, exits
 *
 * While it stops nothing is started any more, and a second signal changes nothing. After a kill -9 the watchman does
 * the same (`started-processes.ts`).
 */
import { inspect } from 'node:util';
import { CannotStart } from '../cannot-start.ts';
import { within } from '../with-timeout.ts';
import { clearUp } from './clear-up.ts';
import { endProcesses } from './end-processes.ts';
import { whenNpmEnds } from './npm-parent.ts';
import { closeRun, endOfStarts, runningIn } from './started-processes.ts';

export type Starter = {
  /** For work that stays until it is stopped, and exits with this status then. */
  stayUp(status: number): Promise<never>;
  /** What a stop has to undo beside processes and temporary files. It gets half a second. */
  whenStopped(undo: () => Promise<unknown>): void;
};

const undoMs = 500;

/** Never returns. Is called once, at the end of a `main.ts`. @param work gives the exit status */
export async function runStarter(name: string, work: (starter: Starter) => Promise<number>): Promise<never> {
  let statusWhenStopped: number | undefined;
  const undos: (() => Promise<unknown>)[] = [];
  const stopped = onceStopped(async (signal, isAsked) => {
    const startedAt = performance.now();
    const left = await endEverything();
    await within(undoMs, Promise.allSettled(undos.map(undo => undo()))).catch(() => undefined);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    const ended = left.length === 0 ? 'everything it had started has ended' : `these would not end: ${left.join(' ')}`;
    process.stderr.write(
      `${name}: ${isAsked ? `stopped by ${signal}` : 'stopped, as npm has ended'}; ${ended} (${seconds} s)\n`,
    );
    endBy(signal, statusWhenStopped);
  });
  const starter: Starter = {
    stayUp: status => {
      statusWhenStopped = status;
      return stopped;
    },
    whenStopped: undo => void undos.push(undo),
  };
  try {
    await clearUp().catch(error => process.stderr.write(`cannot clear up after an earlier run: ${error.message}\n`));
    const status = await work(starter);
    if (isStopping) return stopped;
    await endEverything();
    process.exit(status);
  } catch (error) {
    if (isStopping) return stopped; // a failure that follows from the stop is not reported
    process.stderr.write(`${error instanceof CannotStart ? error.message : inspect(error)}\n`);
    await endEverything();
    process.exit(1);
  }
}

let isStopping = false;

function onceStopped(stop: (signal: NodeJS.Signals, isAsked: boolean) => Promise<void>): Promise<never> {
  const begin = (signal: NodeJS.Signals, isAsked: boolean) => {
    if (isStopping) return;
    isStopping = true;
    // The work is not unwound but left behind: its failures meanwhile (a database that goes away) are not reported.
    process.on('uncaughtException', () => undefined);
    stop(signal, isAsked).catch(error => {
      process.stderr.write(`could not end everything: ${inspect(error)}\n`);
      process.exit(1); // and the watchman tries
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => begin(signal, true));
  whenNpmEnds(() => begin('SIGTERM', false));
  return new Promise(() => undefined);
}

/** @returns the ids of the processes that could not be ended */
async function endEverything(): Promise<readonly number[]> {
  const folder = endOfStarts();
  if (!folder) return [];
  const left = await endProcesses(runningIn(folder));
  await clearUp(); // after those of ours that had started something themselves
  closeRun();
  return left;
}

/** As a shell expects it of a program that was interrupted: by the signal itself, unless its work was done. */
function endBy(signal: NodeJS.Signals, status: number | undefined): void {
  if (status !== undefined) process.exit(status);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
