import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Role, spawnRecorded } from './started-processes.ts';

const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

export type DetachedProcess = {
  readonly pid: number | undefined;
  readonly ended: boolean;
  /** True once it called `announceReady`. */
  readonly announced: boolean;
  /** Settles with how it ended: `SIGKILL`, `status 1`. */
  readonly end: Promise<string>;
  send(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL past the deadline. */
  stop(deadlineMs: number): Promise<void>;
};

/**
 * Runs one of our main files with this very Node, in a session of its own: a terminal's Ctrl-C reaches the starter only,
 * which then stops all in order. What it started itself (a browser) is killed when it ends, however it ends.
 */
export function spawnDetached(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
  role: Role = 'program',
): DetachedProcess {
  const child = spawnRecorded(process.execPath, command, {
    role,
    cwd: projectFolder,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let [ended, announced] = [false, false];
  child.once('exit', () => killGroup(child));
  const end = once(child, 'close') // the last lines have been read by then
    .then(([code, signal]: (string | number | null)[]) => String(signal ?? `status ${code}`))
    .catch((error: Error) => error.message) // it could not be started at all
    .finally(() => {
      ended = true;
    });
  child.on('error', error => onLine(error.message));
  child.on('message', message => {
    announced ||= message === 'ready';
  });
  for (const output of [child.stdout!, child.stderr!]) createInterface({ input: output }).on('line', onLine);

  return {
    pid: child.pid,
    get ended() {
      return ended;
    },
    get announced() {
      return announced;
    },
    end,
    send: signal => void child.kill(signal),
    async stop(deadlineMs) {
      if (ended) return;
      const late = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
      child.kill('SIGTERM');
      await end;
      clearTimeout(late);
    },
  };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: nobody left, as it should be
  }
}
