import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../store/open.ts';
import { readOrderFiles } from './order-file.ts';
import type { Expected } from './send.ts';
import { fileOf, hasEnded } from './verdict.ts';

/** What was begun late (a job that waits for its next try) may still do something after the last order has ended. */
const afterwardsMs = 3_000;
const lookEveryMs = 1_000;

export type Standing = { readonly orders: number; readonly ended: number };

/** How many of the orders that were sent have ended. */
export async function standing(store: Store, expected: readonly Expected[]): Promise<Standing> {
  const files = await readOrderFiles(store);
  const ended = expected.filter(one => {
    const file = fileOf(files, one.ending.order);
    return file !== undefined && hasEnded(file, one);
  });
  return { orders: expected.length, ended: ended.length };
}

/** Waits until every order has ended, or nothing has for so long that nothing will. */
export async function settle(
  store: Store,
  expected: readonly Expected[],
  options: { patienceMs: number; progress: (standing: Standing) => void; signal: AbortSignal },
): Promise<void> {
  const { patienceMs, progress, signal } = options;
  let late = Date.now() + patienceMs;
  for (let before = -1; !signal.aborted; await sleep(lookEveryMs)) {
    const now = await standing(store, expected);
    progress(now);
    if (now.ended === now.orders) break;
    if (now.ended > before) late = Date.now() + patienceMs;
    else if (Date.now() > late) return;
    before = now.ended;
  }
  await sleep(afterwardsMs);
}
