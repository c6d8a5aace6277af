import { setTimeout as pause } from 'node:timers/promises';

const everyMs = 100;

/** Looks until `look` gives something, or the time is over. */
export async function waitFor<T>(look: () => Promise<T | undefined>, forMs: number): Promise<T | undefined> {
  const until = Date.now() + forMs;
  for (;;) {
    const found = await look();
    if (found !== undefined || Date.now() + everyMs > until) return found;
    await pause(everyMs);
  }
}
