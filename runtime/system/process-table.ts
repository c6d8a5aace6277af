import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * A process rather than its number, which the system gives away again: `<pid>-<when it started>`. In a container that is
 * started again the numbers repeat, so the number alone proves nothing.
 */
export type ProcessIdentity = string & { readonly brand: 'ProcessIdentity' };

export type ProcessEntry = {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly identity: ProcessIdentity;
};

/** The processes of this machine by their number, without those that have ended and wait to be taken note of. */
export type ProcessTable = ReadonlyMap<number, ProcessEntry>;

export const readProcessTable = (): ProcessTable => (process.platform === 'linux' ? tableOfProc() : tableOfPs());

/** Undefined when there is no such process, or none any more. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const entry = process.platform === 'linux' ? readStat(pid) : tableOfPs(pid).get(pid);
  return entry?.identity;
}

/** @param text the part of a file's name, or of a record, that was made of an identity */
export const asIdentity = (text: string): ProcessIdentity => text as ProcessIdentity;
export const pidOf = (identity: ProcessIdentity): number => Number(identity.split('-')[0]);
export const isRunning = (identity: ProcessIdentity): boolean => identityOf(pidOf(identity)) === identity;

const identity = (pid: number, started: string) => asIdentity(`${pid}-${started}`);

/** The fields of `/proc/<pid>/stat` from the state on (proc(5)). The name before them may hold spaces and brackets. */
export const statFields = (stat: string): readonly string[] => stat.split(') ').at(-1)?.split(' ') ?? [];

/** Linux tells the start of a process in clock ticks since the machine's. */
function readStat(pid: number): ProcessEntry | undefined {
  const fields = statFields(readOfLiving(`/proc/${pid}/stat`) ?? '');
  const [state, parent, group] = fields;
  if (!state || hasEnded(state)) return undefined;
  return { pid, parent: Number(parent), group: Number(group), identity: identity(pid, fields[19] ?? '') };
}

/** Undefined where the process has ended. @throws any other error: a living process must not be taken for dead */
function readOfLiving(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function tableOfProc(): ProcessTable {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  const entries = pids.map(name => readStat(Number(name))).filter(entry => entry !== undefined);
  return new Map(entries.map(entry => [entry.pid, entry]));
}

/** As `ps` of any Unix tells it. */
export function tableOfPs(only?: number): ProcessTable {
  const which = only === undefined ? ['-A'] : ['-p', String(only)];
  const columns = ['pid=', 'ppid=', 'pgid=', 'state=', 'lstart='].flatMap(column => ['-o', column]);
  const entries = psOutput([...which, ...columns])
    .split('\n')
    .flatMap(line => {
      const [pid, parent, group, state, ...started] = line.trim().split(/\s+/);
      if (!pid || hasEnded(state ?? '')) return [];
      const numbers = { pid: Number(pid), parent: Number(parent), group: Number(group) };
      return [{ ...numbers, identity: identity(numbers.pid, started.join('').replace(/\W/g, '')) }];
    });
  return new Map(entries.map(entry => [entry.pid, entry]));
}

const hasEnded = (state: string): boolean => /^[ZX]/.test(state);

function psOutput(args: string[]): string {
  try {
    return execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    if ((error as { status?: number }).status === 1) return ''; // no such process
    throw error;
  }
}
