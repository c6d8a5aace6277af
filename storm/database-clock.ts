import type { Store } from '../store/open.ts';

/** Moves the database's clock: all that is judged or stamped by it moves along. */
export const moveClock = (store: Store, ms: number): Promise<void> =>
  replaceClock(store, `clock_timestamp() + ${ms} * interval '1 millisecond'`);

/** It stands still there until it is set again. */
export const stopClock = (store: Store, at: Date): Promise<void> =>
  replaceClock(store, `timestamptz '${at.toISOString()}'`);

async function replaceClock(store: Store, time: string): Promise<void> {
  await store.read(em =>
    em.execute(
      `create or replace function clock_now() returns timestamptz language sql stable as $$ select ${time} $$`,
    ),
  );
  await store.clock.read();
}
