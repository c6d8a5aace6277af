import { readFileSync } from 'node:fs';
import { statFields } from '../runtime/system/process-table.ts';

/** Linux counts a process's time in hundredths of a second (proc(5), `utime` and `stime`). */
const tickMs = 10;

/** Milliseconds of CPU that a process has used since it began; NaN where the system does not report it. */
export function cpuTimeOf(pid: number | undefined): number {
  try {
    const fields = statFields(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return (Number(fields[11]) + Number(fields[12])) * tickMs;
  } catch {
    return Number.NaN;
  }
}
