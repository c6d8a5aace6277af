import type { Tally } from './forces.ts';
import { type Backend, targetsOf } from './schedule.ts';

export const allKills = (kills: Tally['kills']): number => Object.values(kills).reduce((sum, times) => sum + times, 0);

/** Whether enough strikes have hit, and every target was killed: a run without hits proves nothing. */
export const isStormy = (
  { kills, faults }: Pick<Tally, 'kills' | 'faults'>,
  orders: number,
  backend: Backend,
): boolean =>
  allKills(kills) >= orders / 10 && faults >= orders / 5 && targetsOf(backend).every(target => kills[target] > 0);
