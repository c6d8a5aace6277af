import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { patiently } from '../demo/http.ts';
import type { Store } from '../store/open.ts';
import type { WrongClock } from './schedule.ts';

const preload = fileURLToPath(new URL('../test/support/shifted-date.ts', import.meta.url));

export type Clocks = {
  /** With these a process is started whose wall clock can be moved. */
  readonly nodeArguments: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** @param aheadMs of the right time; 0 puts it right */
  set(whose: WrongClock, aheadMs: number): Promise<void>;
};

const patienceMs = 60_000;

/** The clocks that a storm can move: that of the machine of the second workers, and the database's. */
export function wrongClocks(store: Store, folder: string): Clocks {
  const file = join(folder, 'clock-ahead-ms');
  const setMachine = async (aheadMs: number) => writeFileSync(file, String(aheadMs));
  writeFileSync(file, '0');
  return {
    nodeArguments: ['--import', preload],
    env: { SHIFTED_DATE_FILE: file },
    set: (whose, aheadMs) => (whose === 'postgres' ? setDatabase(store, aheadMs) : setMachine(aheadMs)),
  };
}

/** All that is judged or stamped asks this function for the time. */
async function setDatabase(store: Store, aheadMs: number): Promise<void> {
  const time = `clock_timestamp() + ${aheadMs} * interval '1 millisecond'`;
  const replace = `create or replace function clock_now() returns timestamptz language sql stable as $$ select ${time} $$`;
  // The server may have been killed just now, and a clock that stays wrong is not what the storm means.
  await patiently(patienceMs, () => store.transaction(em => em.execute(replace)));
}
