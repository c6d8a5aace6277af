import { departMs } from './call-times.ts';

/** Until when a call that was marked as sent may still leave. */
export type Departure = { isMissed(): boolean };

/**
 * Begins before the mark. Time is counted by the wall clock and by the monotonic one, and the longer one counts: a
 * machine that slept may have stopped the second, and somebody who sets the clock moves the first.
 */
export function departure(withinMs = departMs): Departure {
  const [wall, monotonic] = [Date.now(), performance.now()];
  return { isMissed: () => Math.max(Date.now() - wall, performance.now() - monotonic) > withinMs };
}
