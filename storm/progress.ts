import type { Until } from '../demo/http.ts';
import { type Mark, patienceBy } from '../demo/patience.ts';
import { howFar } from '../demo/sight.ts';
import type { Store } from '../store/database/open.ts';

const lookEveryMs = 1_000;
/** Longer than any storm takes. */
const overallMs = 2 * 3_600_000;

/** A wait that lasts as long as anything moves in the storm. Many scenarios wait at once and share one look. */
export const untilNothingMoves = (store: Store, stillMs: number): Until =>
  patienceBy(
    oneLookForAll(() => howFar(store)),
    { stillMs: () => stillMs, overallMs },
  );

function oneLookForAll(look: Mark): Mark {
  let [last, staleAt] = [Promise.resolve(''), 0];
  return () => {
    if (Date.now() >= staleAt) [last, staleAt] = [look(), Date.now() + lookEveryMs];
    return last;
  };
}
