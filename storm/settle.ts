import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../store/database/open.ts';
import { readOrderFiles } from './order-file.ts';
import type { Expected } from './send.ts';
import { fileOf, hasEnded } from './verdict.ts';

/** A job that waits for its next attempt may still do something after the last order has ended. */
const afterwardsMs = 3_000;
const lookEveryMs = 1_000;

/** Waits until every order has ended, or until nothing has moved for so long that nothing will. */
export async function settle(
  store: Store,
  expected: readonly Expected[],
  options: { patienceMs: number; say: (text: string) => void },
): Promise<void> {
  const { patienceMs, say } = options;
  let late = Date.now() + patienceMs;
  for (let before = -1; ; await sleep(lookEveryMs)) {
    const ended = await endedOf(store, expected);
    if (ended !== before) say(`${ended} of ${expected.length} orders ended`);
    if (ended === expected.length) break;
    if (ended > before) late = Date.now() + patienceMs;
    else if (Date.now() > late) return;
    before = ended;
  }
  await sleep(afterwardsMs);
}

async function endedOf(store: Store, expected: readonly Expected[]): Promise<number> {
  const files = await readOrderFiles(store);
  return expected.filter(one => {
    const file = fileOf(files, one.ending.order);
    return file !== undefined && hasEnded(file, one);
  }).length;
}
