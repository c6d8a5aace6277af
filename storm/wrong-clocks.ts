import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { patiently } from '../demo/http.ts';
import type { Store } from '../store/database/open.ts';
import { moveClock } from './database-clock.ts';
import type { WrongClock } from './schedule.ts';

/** Node arguments that shift a process's wall clock. @param file holds by how many ms it is ahead */
export function shiftedDate(file: string): string {
  const preload = new URL('shifted-date.ts', import.meta.url);
  preload.searchParams.set('file', file);
  return preload.href;
}

export type Clocks = {
  /** Arguments that start a process whose wall clock can be moved. */
  readonly nodeArguments: readonly string[];
  /** @param aheadMs how far ahead of the right time; 0 puts the clock right */
  set(whose: WrongClock, aheadMs: number): Promise<void>;
};

const patienceMs = 60_000;

/**
 * The clocks that a storm can move: the wall clock of the second workers, and the database's.
 * @param store has the rights of the database's administrator, who may replace its clock
 */
export function wrongClocks(store: Store, folder: string): Clocks {
  const file = join(folder, 'clock-ahead-ms');
  const setMachine = async (aheadMs: number) => writeFileSync(file, String(aheadMs));
  writeFileSync(file, '0');
  return {
    nodeArguments: ['--import', shiftedDate(file)],
    set: (whose, aheadMs) => (whose === 'postgres' ? setDatabase(store, aheadMs) : setMachine(aheadMs)),
  };
}

/** Tries again while the server is down: a clock must not stay wrong because the server was killed just then. */
const setDatabase = (store: Store, aheadMs: number): Promise<void> => {
  const asOwner = (sql: string) => store.read(em => em.execute(sql));
  return patiently(patienceMs, () => moveClock({ store, asOwner }, aheadMs));
};
