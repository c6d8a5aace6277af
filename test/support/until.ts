import { setTimeout as sleep } from 'node:timers/promises';

export type UntilOptions = {
  /** How long it may take; the test fails after it. */
  deadlineMs?: number;
  /** What was waited for, with whatever explains why it did not come. */
  describe?: string | (() => string | Promise<string>);
  /** Between two looks. */
  everyMs?: number;
};

type Truthy<T> = Exclude<T, undefined | null | false | 0 | ''>;

/**
 * Waits until a condition gives something truthy, and returns that. This is the only way to wait in a test. A condition
 * that throws is not met yet; its last error is the cause of the failure.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { deadlineMs = 10_000, describe = 'a condition', everyMs = 20 }: UntilOptions = {},
): Promise<Truthy<T>> {
  const end = Date.now() + deadlineMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Truthy<T>;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() >= end) break;
    await sleep(everyMs);
  }
  const waitedFor = typeof describe === 'string' ? describe : await describe();
  throw new Error(`waited ${deadlineMs} ms in vain for ${waitedFor}`, { cause: lastError });
}
