import type { Entry } from './books.ts';
import type { OrderFile } from './order-file.ts';
import type { Expected } from './send.ts';
import { broken, inReview, tellReview, type Violation } from './violation.ts';

/** Routes without look-up by our key: that the provider shows nothing does not prove that nothing was sent. */
const forgetful: ReadonlySet<string> = new Set(['payoneer', 'aliexpress-browser']);

/**
 * Whether the order's outcome cannot be proven afterwards: its scenario says so, or one of its effects was sent on such
 * a route, never arrived, and so will never be found.
 */
export function isUndecidable(file: OrderFile, entries: readonly Entry[], expected: Expected | undefined): boolean {
  const arrived = new Set(entries.map(({ key }) => key));
  const never = file.effects.filter(
    ({ route, status, sends, key }) => forgetful.has(route) && status === 'OPEN' && sends > 0 && !arrived.has(key),
  );
  const byScenario = expected?.undecidable === true || expected?.untilTold === true;
  return byScenario || never.length > 0 || wasStopped(file, entries, expected);
}

/** The buyer got the money back before the purchase, or while a purchase or payout was in doubt. */
function wasStopped(file: OrderFile, entries: readonly Entry[], expected: Expected | undefined): boolean {
  const firstAt = (kinds: readonly Entry['kind'][]) =>
    Math.min(...entries.filter(({ kind }) => kinds.includes(kind)).map(({ at }) => Date.parse(at)));
  // A payout's request is for the whole share: sent again after the refund it would pay too much.
  const inDoubt = file.effects.some(
    ({ purpose, status }) => (purpose === 'buy' || purpose === 'pay') && status === 'OPEN',
  );
  const inTime = firstAt(['refund', 'reversal']) <= firstAt(['supplier-order']);
  return expected?.ending.mayBeStopped === true && (inTime || inDoubt);
}

/** Checks that an order is in review exactly when its outcome cannot be proven. */
export function judgeReview(file: OrderFile, entries: readonly Entry[], expected: Expected | undefined): Violation[] {
  const undecidable = isUndecidable(file, entries, expected);
  if (inReview(file) && !undecidable)
    return [broken(file.id, 'needless', `a person must look, and it could be decided: ${tellReview(file)}`)];
  if (expected?.undecidable && !inReview(file))
    return [broken(file.id, 'guessed', `nobody can know how it ended, and it is ${file.status}`)];
  return [];
}
