import type { Job } from './define-queue.ts';
import type { Enqueue } from './transact.ts';

/**
 * Has a row looked at now: its new job follows the commit that wakes it. Gives the row; null when there was none to wake.
 * @param waking what wakes the row
 * @param jobFor the job that its state names, if it names one
 */
export async function enqueueWoken<Row>(
  enqueue: Enqueue,
  waking: Promise<Row | null>,
  jobFor: (row: Row) => Job | undefined,
): Promise<Row | null> {
  const woken = await waking;
  if (woken) enqueue(jobFor(woken));
  return woken;
}
