import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { statFields } from '../runtime/system/process-table.ts';

/** Linux counts a process's time in hundredths of a second (proc(5), `utime` and `stime`). */
const tickMs = 10;

const fieldsOf = (pid: number | string | undefined) => statFields(readFileSync(`/proc/${pid}/stat`, 'utf8'));
const sumOf = (fields: readonly string[], ...places: readonly number[]): number =>
  places.reduce((sum, place) => sum + Number(fields[place]), 0) * tickMs;

/** Milliseconds of CPU that a process has used since it began; NaN where the system does not report it. */
export function cpuTimeOf(pid: number | undefined): number {
  try {
    return sumOf(fieldsOf(pid), 11, 12);
  } catch {
    return Number.NaN;
  }
}

/** As `cpuTimeOf`, with its children: those that run, and those that have ended. */
export function cpuTimeOfFamily(pid: number): number {
  try {
    const children = childrenOf(pid).map(child => sumOf(child.fields, 11, 12));
    return children.reduce((sum, ms) => sum + ms, sumOf(fieldsOf(pid), 11, 12, 13, 14));
  } catch {
    return Number.NaN;
  }
}

type Child = { readonly pid: string; readonly fields: readonly string[] };

function childrenOf(pid: number): Child[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc').flatMap(name => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const fields = fieldsOf(name);
      return Number(fields[1]) === pid ? [{ pid: name, fields }] : [];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

/** MB that a process has in memory (`VmRSS`); NaN where the system does not report it. */
export function memoryOf(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

/** MB of a process and its children, what they share counted once (`Pss`); NaN where the system does not report it. */
export function memoryOfFamily(pid: number): number {
  const all = [`${pid}`, ...childrenOf(pid).map(child => child.pid)];
  return all.reduce((sum, one) => sum + shareOf(one), 0) / 1024 || Number.NaN;
}

function shareOf(pid: string): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // it has ended meanwhile
  }
}
