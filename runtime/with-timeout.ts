import { setTimeout as sleep } from 'node:timers/promises';

/** @throws what the work throws, or after `ms` that it is late, in the words of the complaint */
export async function within<T>(ms: number, work: Promise<T>, complaint = 'not done'): Promise<T> {
  const done = new AbortController();
  const timeIsUp = sleep(ms, undefined, { signal: done.signal }).then(() => {
    throw new Error(`${complaint} within ${ms} ms`);
  });
  try {
    return await Promise.race([work, timeIsUp]);
  } finally {
    done.abort();
  }
}
