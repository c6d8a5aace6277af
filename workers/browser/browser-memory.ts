import { readdirSync, readFileSync } from 'node:fs';

const pageBytes = 4096;

/** Resident memory of a process and all its children, in bytes; undefined where the system does not say. */
export function memoryOf(pid: number | undefined): number | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  const stats = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => statOf(Number(name)));
  const family = new Set([pid]);
  // Children have higher numbers than their parents, except after the numbers have wrapped: two rounds are enough then.
  for (let round = 0; round < 2; round += 1)
    for (const stat of stats) if (family.has(stat.parent)) family.add(stat.pid);
  return stats.filter(stat => family.has(stat.pid)).reduce((sum, { pages }) => sum + pages * pageBytes, 0);
}

/** A process that ended meanwhile is none. */
function statOf(pid: number): { pid: number; parent: number; pages: number }[] {
  try {
    // The name may hold spaces and brackets: fields are counted after its closing bracket.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return [{ pid, parent: Number(fields[1]), pages: Number(fields[21]) }];
  } catch {
    return [];
  }
}
