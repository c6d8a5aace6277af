import { setTimeout as sleep } from 'node:timers/promises';

const ignore = (): void => undefined;

/** @throws what the work throws, or after `ms` */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = sleep(ms, undefined, { signal: done.signal }).then(() => {
    throw new Error(`not done within ${ms} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
    late.catch(ignore);
    work.catch(ignore);
  }
}
