import { readFileSync } from 'node:fs';

/** Linux counts a process's time in hundredths of a second (proc(5), `utime` and `stime`). */
const tickMs = 10;

/** Milliseconds of CPU that a process has used since it began; NaN where the system does not report it. */
export function cpuTimeOf(pid: number | undefined): number {
  try {
    // The program's name, in brackets, may contain anything: the fields are counted from behind its last bracket.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1)?.trim().split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * tickMs;
  } catch {
    return Number.NaN;
  }
}
