import type { Ending } from '../demo/scenario.ts';
import { type Entry, stands } from './books.ts';
import type { OrderFile } from './order-file.ts';
import { broken, inReview, tellAll, type Violation } from './violation.ts';

const wentBack = ({ kind }: Entry): boolean => kind === 'refund' || kind === 'reversal';

const inOrder = (amounts: readonly (string | number)[]): readonly bigint[] =>
  amounts.map(BigInt).toSorted((a, b) => Number(a - b));
const isSame = (one: readonly bigint[], other: readonly bigint[]): boolean => one.join() === other.join();
const minorOf = (made: readonly { amountMinor: string }[]): readonly bigint[] =>
  inOrder(made.map(({ amountMinor }) => amountMinor));

/** Whether we have booked the refunds that the scenario has made. */
export const refundsMade = (file: OrderFile, { refunds }: Ending): boolean =>
  refunds === undefined || isSame(minorOf(file.refunds), inOrder(refunds));

/**
 * Checks that the buyer got exactly what is due, refund by refund and to the cent: the scenario's refunds, or the whole
 * capture of an order that ends as REFUNDED. No other refund may be made, and none for goods that were bought, unless
 * the scenario says so.
 */
export function judgeRefunds(file: OrderFile, entries: readonly Entry[], ending: Ending | undefined): Violation[] {
  const back = entries.filter(wentBack);
  const captured = entries.filter(({ kind }) => kind === 'capture');
  const due = ending?.refunds ? inOrder(ending.refunds) : file.status === 'REFUNDED' ? minorOf(captured) : [];
  const found: Violation[] = [];
  if (back.length > Math.max(1, due.length))
    found.push(broken(file.id, 'duplicate', `given back ${back.length} times: ${tellAll(back)}`));
  const bought = entries.filter(entry => entry.kind === 'supplier-order' && stands(entry));
  if (!ending?.refunds && bought.length > 0 && back.length > 0)
    found.push(broken(file.id, 'forbidden', `bought and refunded: ${tellAll([...bought, ...back])}`));
  // For an order in review a person completes what is missing.
  if (inReview(file) || isSame(minorOf(back), due)) return found;
  const told = `${due.join(' and ') || 'nothing'} is due back to the buyer, and went: ${tellAll(back) || 'nothing'}`;
  return [...found, broken(file.id, back.length < due.length ? 'lost' : 'forbidden', told)];
}
