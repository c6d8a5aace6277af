import type { Store } from '../store/database/open.ts';

/** Moves the clock of a database. Only the database's owner may replace `clock_now()`. */
export type Moved = { readonly store: Store; asOwner(sql: string): Promise<unknown> };

/** Moves the database's clock by `ms`: every time that the store judges or stamps moves with it. */
export const moveClock = (moved: Moved, ms: number): Promise<void> =>
  replaceClock(moved, `clock_timestamp() + ${ms} * interval '1 millisecond'`);

/** Sets the database's clock and stops it until it is set again. */
export const stopClock = (moved: Moved, at: Date): Promise<void> =>
  replaceClock(moved, `timestamptz '${at.toISOString()}'`);

async function replaceClock({ store, asOwner }: Moved, time: string): Promise<void> {
  await asOwner(
    `create or replace function clock_now() returns timestamptz language sql stable as $$ select ${time} $$`,
  );
  await store.clock.read();
}
