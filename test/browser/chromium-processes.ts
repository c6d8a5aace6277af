import { readdirSync, readFileSync } from 'node:fs';
import { isAlive } from '../support/is-alive.ts';

type Found = { pid: number; group: number; ours: boolean };

/** Every process of the Chromiums that a process started in pools of its own; Linux only. */
export function chromiumProcesses(ownerPid: number = process.pid): number[] {
  const found = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => look(Number(name), `orders-browser-${ownerPid}-`));
  const groups = new Set(found.filter(({ ours }) => ours).map(({ group }) => group));
  return found.filter(({ group }) => groups.has(group)).map(({ pid }) => pid);
}

export const alive = (pids: readonly number[]): number[] => pids.filter(isAlive);

/** A process that ended meanwhile, or has ended and only waits to be taken note of, is none. */
function look(pid: number, folder: string): Found[] {
  try {
    const [state, , group] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    if (state === 'Z') return [];
    const texts = ['environ', 'cmdline'].map(name => readFileSync(`/proc/${pid}/${name}`, 'utf8'));
    return [{ pid, group: Number(group), ours: pid !== process.pid && texts.some(text => text.includes(folder)) }];
  } catch {
    return [];
  }
}
