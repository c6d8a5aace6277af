/**
 * One clock: the database's. Whatever is judged or stamped across processes (windows, holds, limits, leases, due times)
 * goes by `clock_now()`, which the database answers; SQL asks it there and then.
 *
 * Where a process needs the time between two queries, it goes on from its last reading by the monotonic clock. The wall
 * clock of the process is compared with the database's and used for nothing else, so that one that jumps changes nothing.
 */
import type { EntityManager } from './entity-manager.ts';

/** The times of a process whose wall clock differs by more cannot be trusted. */
export const clocksMayDifferMs = 60_000;
const readEveryMs = 5_000;
/** An answer that took longer is too inexact. */
const goodRoundTripMs = 2_000;

export type Clock = {
  now(): Date;
  /** Reads the database's clock now. */
  read(): Promise<void>;
  /** How far the wall clock was ahead of the database's at the last reading, in ms; negative when it was behind. */
  wallAheadMs(): number;
  /** Called after each reading. */
  watch(changed: () => void): void;
  close(): Promise<void>;
};

type Ask = <T>(query: (em: EntityManager) => Promise<T>) => Promise<T>;

export const databaseTime = async (em: EntityManager): Promise<Date> => {
  const [row] = await em.execute<{ ms: number }[]>('select extract(epoch from clock_now())::float8 * 1000 as ms');
  if (!row) throw new Error('the database does not tell the time');
  return new Date(Math.round(row.ms));
};

/** Opened with the store; it is read before anything else is asked. */
export async function openClock(ask: Ask): Promise<Clock> {
  const watchers: (() => void)[] = [];
  let base: { databaseMs: number; monotonicMs: number } | undefined;
  let begun = 0;
  let newest = 0;
  let aheadMs = 0;

  async function read(): Promise<void> {
    const [wallBefore, before] = [Date.now(), performance.now()];
    begun += 1;
    const reading = begun;
    const databaseMs = (await ask(databaseTime)).getTime();
    const [wallAfter, after] = [Date.now(), performance.now()];
    // An answer that was overtaken is older than what is known already.
    if (base && (after - before > goodRoundTripMs || reading < newest)) return;
    newest = reading;
    base = { databaseMs, monotonicMs: (before + after) / 2 };
    // The answer was given at some moment in between: any wall clock in between agrees.
    aheadMs = Math.max(0, wallBefore - databaseMs) + Math.min(0, wallAfter - databaseMs);
    for (const told of watchers) told();
  }

  // The first query opens a connection, which takes time: the second is exact.
  await read();
  base = undefined;
  await read();
  let reading: Promise<void> | undefined;
  const timer = setInterval(() => {
    // A database that is away is asked again; until then the monotonic clock is good enough.
    reading ??= read()
      .catch(() => undefined)
      .finally(() => {
        reading = undefined;
      });
  }, readEveryMs).unref();

  return {
    now: () => {
      if (!base) throw new Error('the clock was never read');
      return new Date(base.databaseMs + performance.now() - base.monotonicMs);
    },
    read,
    wallAheadMs: () => aheadMs,
    watch: told => void watchers.push(told),
    close: async () => {
      clearInterval(timer);
      await reading;
    },
  };
}

/** The clock of the store that an entity manager belongs to. */
const clocks = new WeakMap<object, Clock>();
export const setClock = ({ config }: EntityManager, clock: Clock): void => void clocks.set(config, clock);

/** The time by the database's clock, without asking it again. */
export function timeOf({ config }: EntityManager): Date {
  const clock = clocks.get(config);
  if (!clock) throw new Error('a store is opened with its clock');
  return clock.now();
}

/** So many milliseconds from now, by the same clock. */
export const timeIn = (em: EntityManager, ms: number): Date => new Date(timeOf(em).getTime() + ms);
