import type { Entry } from './books.ts';
import type { OrderFile } from './order-file.ts';
import type { Expected } from './send.ts';
import { broken, inReview, tellReview, type Violation } from './violation.ts';

/** Routes whose provider keeps no key of ours: that it shows nothing does not prove that nothing was sent. */
const forgetful: ReadonlySet<string> = new Set(['payoneer', 'aliexpress-browser']);

/**
 * Whether nobody can prove afterwards what became of an order: its scenario says so, or something of it was sent to a
 * provider that knows no key, never got there, and so will never be found.
 */
export function isUndecidable(file: OrderFile, entries: readonly Entry[], expected: Expected | undefined): boolean {
  const arrived = new Set(entries.map(({ key }) => key));
  const never = file.effects.filter(
    ({ route, status, sends, key }) => forgetful.has(route) && status === 'OPEN' && sends > 0 && !arrived.has(key),
  );
  return expected?.undecidable === true || never.length > 0 || wasStopped(file, entries, expected);
}

/** Its money went back before it was bought; or while nobody knew whether it was bought, or paid out. */
function wasStopped(file: OrderFile, entries: readonly Entry[], expected: Expected | undefined): boolean {
  const firstAt = (kinds: readonly Entry['kind'][]) =>
    Math.min(...entries.filter(({ kind }) => kinds.includes(kind)).map(({ at }) => Date.parse(at)));
  // A payout is for the whole share: sent once more it would pay too much.
  const inDoubt = file.effects.some(
    ({ purpose, status }) => (purpose === 'buy' || purpose === 'pay') && status === 'OPEN',
  );
  const inTime = firstAt(['refund', 'reversal']) <= firstAt(['supplier-order']);
  return expected?.ending.mayBeStopped === true && (inTime || inDoubt);
}

/** In review are exactly the orders that cannot be decided: none missing, none more. */
export function judgeReview(file: OrderFile, entries: readonly Entry[], expected: Expected | undefined): Violation[] {
  const undecidable = isUndecidable(file, entries, expected);
  if (inReview(file) && !undecidable)
    return [broken(file.id, 'needless', `a person must look, and it could be decided: ${tellReview(file)}`)];
  if (expected?.undecidable && !inReview(file))
    return [broken(file.id, 'guessed', `nobody can know how it ended, and it is ${file.status}`)];
  return [];
}
