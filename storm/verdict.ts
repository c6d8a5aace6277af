import type { Money } from '../domain/money.ts';
import { owedShares } from '../domain/settled.ts';
import { byOrder, cashOf, type Entry, legOf, stands } from './books.ts';
import { judgeRefunds, refundsMade } from './judge-refunds.ts';
import type { OrderFile } from './order-file.ts';
import type { Expected } from './send.ts';
import { judgeReview } from './undecidable.ts';
import { broken, inReview, reviewLeg, tell, tellAll, type Violation } from './violation.ts';

export type Verdict = {
  readonly violations: readonly Violation[];
  /** Orders that a person must look at. */
  readonly inReview: readonly OrderFile[];
  readonly ledgerBalanced: boolean;
};

export type Facts = {
  readonly files: readonly OrderFile[];
  readonly entries: readonly Entry[];
  readonly expected: readonly Expected[];
  /** One per currency; each must be zero. */
  readonly ledgerTotals: readonly Money[];
};

/** Judges what the outside world did, and what our database says, by the promise. */
export function judge({ files, entries, expected, ledgerTotals }: Facts): Verdict {
  const books = byOrder(entries, files, forgottenKeys(files, expected));
  const endings = endingsByOrder(files, expected);
  const violations = [
    ...(books.get('') ?? []).map(entry => broken('', 'forbidden', `${tell(entry)} is of no order of ours`)),
    ...expected
      .filter(({ ending }) => fileOf(files, ending.order) === undefined)
      .map(({ scenario, ending }) => broken('', 'lost', `${scenario}: no order for ${JSON.stringify(ending.order)}`)),
    ...files.flatMap(file => judgeOrder(file, (books.get(file.id) ?? []).filter(stands), endings.get(file.id))),
    ...ledgerTotals
      .filter(({ amountMinor }) => amountMinor !== 0n)
      .map(({ amountMinor, currency }) => broken('', 'books', `the ledger sums to ${amountMinor} ${currency}`)),
    ...files.flatMap(file => judgeReview(file, books.get(file.id) ?? [], endings.get(file.id))),
    ...files.flatMap(file => judgeCash(file, books.get(file.id) ?? [], endings.get(file.id))),
    ...files.flatMap(file => judgeRefunds(file, books.get(file.id) ?? [], endings.get(file.id)?.ending)),
  ];
  return {
    violations,
    inReview: files.filter(inReview),
    ledgerBalanced: ledgerTotals.length > 0 && ledgerTotals.every(({ amountMinor }) => amountMinor === 0n),
  };
}

export function fileOf(files: readonly OrderFile[], order: Expected['ending']['order']): OrderFile | undefined {
  if ('id' in order) return files.find(({ id }) => id === order.id);
  return files.filter(({ externalOrderId }) => externalOrderId === order.externalOrderId)[order.line];
}

const endingsByOrder = (files: readonly OrderFile[], expected: readonly Expected[]): Map<string, Expected> =>
  new Map(
    expected.flatMap(one => {
      const file = fileOf(files, one.ending.order);
      return file ? [[file.id, one] as const] : [];
    }),
  );

/** Maps each key that our restored database has lost to its order. */
export const forgottenKeys = (
  files: readonly OrderFile[],
  expected: readonly Expected[],
): ReadonlyMap<string, string> =>
  new Map(
    expected.flatMap(({ ending, forgotten = [] }) => {
      const file = fileOf(files, ending.order);
      return file ? forgotten.map(key => [key, file.id] as const) : [];
    }),
  );

const notCancelled = ({ status }: { status: string }): boolean => status !== 'CANCELLED';

/** Whether the order has ended: as its scenario says, or in review. */
export function hasEnded(file: OrderFile, { ending, undecidable }: Expected): boolean {
  if (inReview(file) || undecidable) return inReview(file);
  const legs = owedShares(file.legs);
  return (
    file.status === ending.status &&
    file.supplierOrders.filter(notCancelled).length === ending.supplierOrders &&
    (ending.mayBeStopped ? legs.length <= ending.payouts : legs.length === ending.payouts) &&
    legs.every(({ status }) => status === 'PAID') &&
    refundsMade(file, ending)
  );
}

function judgeOrder(file: OrderFile, entries: readonly Entry[], expected: Expected | undefined): Violation[] {
  const of = (kind: Entry['kind']) => entries.filter(entry => entry.kind === kind);
  const violation = (kind: Violation['kind'], text: string) => broken(file.id, kind, text);
  const once = (found: readonly Entry[], most = 1) =>
    found.length > most ? [violation('duplicate', `done ${found.length} times: ${tellAll(found)}`)] : [];
  const [captures, purchases, payouts] = [of('capture'), of('supplier-order'), of('payout')];
  const keys = new Set(purchases.map(({ key }) => key));
  const found = [
    ...once(captures),
    ...once(purchases, expected?.ending.supplierOrders === 2 ? 2 : 1),
    ...(keys.size > 1 ? [violation('duplicate', `bought under ${keys.size} keys: ${tellAll(purchases)}`)] : []),
    ...Map.groupBy(payouts, legOf)
      .values()
      .flatMap(legs => once(legs)),
    ...Map.groupBy(of('ship-notice'), ({ reference }) => reference)
      .values()
      .flatMap(notices => once(notices)),
  ];
  const paid = file.channel === 'paypal' ? captures.length > 0 : file.payments.length > 0;
  const bought = purchases.length > 0 && purchases.every(({ detail }) => detail.paid === true);
  if (payouts.length > 0 && !bought) found.push(violation('forbidden', `paid out, not bought: ${tellAll(payouts)}`));
  if (purchases.length > 0 && !paid) found.push(violation('forbidden', `bought, not paid: ${tellAll(purchases)}`));
  return [...found, ...judgeEnd(file, paid, expected)];
}

function judgeEnd(file: OrderFile, paid: boolean, expected: Expected | undefined): Violation[] {
  const state = [
    file.status,
    file.waitReason ?? file.reason,
    ...file.legs.map(leg => `${leg.beneficiary} ${leg.status}`),
  ];
  const at = state.filter(Boolean).join(', ');
  const leg = reviewLeg(file);
  if ((file.status === 'NEEDS_REVIEW' && !file.reason) || (leg && !leg.reason))
    return [broken(file.id, 'lost', `a person must look, and is not told why: ${at}`)];
  // A buyer begins a checkout again when its answer was lost; the first one is never paid.
  if (!expected)
    return paid && !inReview(file) ? [broken(file.id, 'lost', `paid, and nobody has ordered it: ${at}`)] : [];
  if (hasEnded(file, expected)) return [];
  return [broken(file.id, 'lost', `${expected.scenario} should end ${expected.ending.status}, and is ${at}`)];
}

/**
 * Compares our ledger with the outside books, to the cent, by order and account. Effects in doubt of an order in review
 * are left out: a person decides about them.
 */
function judgeCash(file: OrderFile, entries: readonly Entry[], expected: Expected | undefined): Violation[] {
  const doubtful = inReview(file) ? file.effects.filter(({ status }) => status === 'OPEN') : [];
  const known = new Set(file.effects.map(({ key }) => key));
  const forgotten = new Set(inReview(file) ? expected?.forgotten?.filter(key => !known.has(key)) : []);
  // The website takes no key of ours: any supplier order may be the one in doubt.
  const isDoubtful = ({ kind, key }: Entry) =>
    forgotten.has(key) ||
    doubtful.some(effect => effect.key === key || (effect.purpose === 'buy' && kind === 'supplier-order'));
  const certain = entries.filter(entry => !isDoubtful(entry));
  const books = cashOf(certain, expected?.ending.keptBySupplier);
  return [...new Set([...Object.keys(file.cash), ...Object.keys(books)])].flatMap(account => {
    const [ours, theirs] = [BigInt(file.cash[account] ?? 0), books[account] ?? 0n];
    if (ours === theirs) return [];
    const told = `our ledger moved ${ours} on ${account}, the world's books ${theirs}: ${tellAll(entries)}`;
    return [broken(file.id, 'books', told)];
  });
}
