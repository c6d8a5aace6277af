import { readFileSync } from 'node:fs';

/** Linux counts a process's time in hundredths of a second (proc(5), `utime` and `stime`). */
const tickMs = 10;

/** Milliseconds of CPU that a process has had since it began; not a number where the system does not say. */
export function cpuTimeOf(pid: number | undefined): number {
  try {
    // The name of the program, in brackets, may hold anything: what follows its last bracket is counted.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1)?.trim().split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * tickMs;
  } catch {
    return Number.NaN;
  }
}
