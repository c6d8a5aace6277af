import { departMs } from './call-times.ts';

/** Until when a call that was marked as sent may still leave. */
export type Departure = { isMissed(): boolean };

/**
 * Called before the mark is written. The longer of two times counts, the wall clock's and the monotonic clock's: the
 * first moves when somebody sets the clock, the second may stop while the machine sleeps.
 */
export function departure(withinMs = departMs): Departure {
  const [wall, monotonic] = [Date.now(), performance.now()];
  return { isMissed: () => Math.max(Date.now() - wall, performance.now() - monotonic) > withinMs };
}
