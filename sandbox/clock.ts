/** The longest delay that Node's timers take, in milliseconds. */
const longestTimerMs = 2 ** 31 - 1;

type Task = { readonly dueMs: number; readonly run: () => void };

/**
 * The sandbox's own time: real time plus an offset that a test moves. Whatever a provider forgets, settles or
 * expires goes by this clock, so moving it makes due tasks run at once.
 */
export type Clock = {
  /** Epoch milliseconds. */
  now(): number;
  iso(atMs?: number): string;
  advance(seconds: number): void;
  /** Runs the task when this much sandbox time has passed, unless the sandbox closes before. */
  after(delayMs: number, run: () => void): void;
  close(): void;
};

/** `offset.ms` is part of the saved state, so a restarted sandbox goes on in its own time. */
export function createClock(offset: { clockOffsetMs: number }): Clock {
  /** The next one first. */
  const tasks: Task[] = [];
  let timer: NodeJS.Timeout | undefined;
  const now = () => Date.now() + offset.clockOffsetMs;

  function runDue(): void {
    const later = tasks.findIndex(task => task.dueMs > now());
    for (const task of tasks.splice(0, later === -1 ? tasks.length : later)) task.run();
    arm();
  }

  function arm(): void {
    clearTimeout(timer);
    const next = tasks[0];
    if (next) timer = setTimeout(runDue, Math.min(Math.max(0, next.dueMs - now()), longestTimerMs)).unref();
  }

  return {
    now,
    iso: (atMs = now()) => new Date(atMs).toISOString(),
    advance(seconds) {
      offset.clockOffsetMs += seconds * 1000;
      runDue();
    },
    after(delayMs, run) {
      const dueMs = now() + delayMs;
      tasks.splice(positionFor(tasks, dueMs), 0, { dueMs, run });
      arm();
    },
    close() {
      clearTimeout(timer);
      tasks.length = 0;
    },
  };
}

/** Behind everything that is due earlier or at the same time: binary search, the list may be long. */
function positionFor(tasks: readonly Task[], dueMs: number): number {
  let [low, high] = [0, tasks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tasks[middle]!.dueMs <= dueMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
