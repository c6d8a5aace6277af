import { setTimeout as sleep } from 'node:timers/promises';
import {
  isRunning,
  type ProcessEntry,
  type ProcessIdentity,
  type ProcessTable,
  pidOf,
  readProcessTable,
} from './process-table.ts';
import type { Role, StartedProcess } from './started-processes.ts';

/** How long each may take before it is killed. A worker drains, a database writes its last checkpoint. */
const patienceMs: Record<Role, number> = { program: 2_000, server: 1_000 };
/** After a signal that insists; and what was killed is gone at once, unless the system itself is stuck. */
const insistedMs = 500;
const pollMs = 25;

/**
 * Ends processes with all their descendants: programs first, then the servers they stand on. Each is asked with its own
 * signal; what is left after its patience is killed. Takes less than five seconds in all.
 *
 * @returns the ids of those that not even a kill has ended
 */
export async function endProcesses(started: readonly StartedProcess[]): Promise<readonly number[]> {
  const left: number[] = [];
  for (const role of ['program', 'server'] as const) {
    const these = started.filter(one => one.role === role);
    left.push(...(await endTogether(these, patienceMs[role])));
  }
  return left;
}

async function endTogether(started: readonly StartedProcess[], patienceMs: number): Promise<readonly number[]> {
  if (started.length === 0) return [];
  const family = new Map(started.map(({ identity }) => [pidOf(identity), identity]));
  const running = (): readonly ProcessEntry[] => familyIn(readProcessTable(), family);
  running(); // who belongs to whom cannot be seen any more when the parents are gone
  const ask = (turn: number) => {
    for (const { identity, signals } of started)
      if (signals[turn] && isRunning(identity)) send(pidOf(identity), signals[turn]);
  };
  ask(0);
  if (await gone(running, patienceMs)) return [];
  if (started.some(({ signals }) => signals.length > 1)) {
    ask(1);
    if (await gone(running, insistedMs)) return [];
  }
  for (const { pid } of running()) send(pid, 'SIGKILL');
  return (await gone(running, insistedMs)) ? [] : running().map(({ pid }) => pid);
}

/** Those of a family that run now. Descendants are added to it as they are seen: by their parent, or by their group. */
function familyIn(table: ProcessTable, family: Map<number, ProcessIdentity>): ProcessEntry[] {
  const isOurs = (entry: ProcessEntry | undefined) => entry !== undefined && family.get(entry.pid) === entry.identity;
  for (let before = -1; family.size > before; ) {
    before = family.size;
    for (const entry of table.values())
      if (!family.has(entry.pid) && (isOurs(table.get(entry.parent)) || family.has(entry.group)))
        family.set(entry.pid, entry.identity);
  }
  return [...table.values()].filter(isOurs);
}

async function gone(running: () => readonly ProcessEntry[], withinMs: number): Promise<boolean> {
  for (const late = Date.now() + withinMs; running().length > 0; await sleep(pollMs))
    if (Date.now() > late) return false;
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: it has ended, as it should
  }
}
