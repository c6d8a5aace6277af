import { setTimeout as sleep } from 'node:timers/promises';

/** The work may go on all the same. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** @throws what the work throws, or `TimedOut` after `ms`, in the words of the complaint */
export async function within<T>(ms: number, work: Promise<T>, complaint = 'not done'): Promise<T> {
  const done = new AbortController();
  const timeIsUp = sleep(ms, undefined, { signal: done.signal }).then(() => {
    throw new TimedOut(`${complaint} within ${ms} ms`);
  });
  try {
    return await Promise.race([work, timeIsUp]);
  } finally {
    done.abort();
  }
}
