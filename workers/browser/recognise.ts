import { equals, type Money, sum } from '../../domain/money.ts';
import type { AddressFields } from './pages/address.ts';
import type { Wanted } from './pages/item.ts';
import type { ListedOrder } from './pages/orders.ts';

/** What is frozen before the click: all by which the order is recognised afterwards. */
export type ClickedOrder = {
  readonly wanted: Wanted;
  readonly address: AddressFields;
  /** Minor units, as a decimal text, and currency. */
  readonly total: { readonly amountMinor: string; readonly currency: Money['currency'] };
  readonly before: readonly string[];
};

/**
 * Finds the click's orders in the account's list, newest first: newer than what was listed before it, not another
 * order's, the same goods to the same person, and together the same total. Two that would each fit are no proof.
 */
export function recognise(
  listed: readonly ListedOrder[],
  clicked: ClickedOrder,
  ofOthers: ReadonlySet<string>,
): { answer: 'FOUND'; numbers: string[] } | { answer: 'ABSENT' | 'UNKNOWN' } {
  const firstOld = listed.findIndex(({ number }) => clicked.before.includes(number));
  const newer = firstOld === -1 ? listed : listed.slice(0, firstOld);
  const fitting = newer.filter(order => !ofOthers.has(order.number) && isFor(order, clicked));
  if (fitting.length === 0) return { answer: 'ABSENT' };
  const [{ total }] = fitting as [ListedOrder];
  const together = sum(
    fitting.map(order => order.total),
    total.currency,
  );
  const wanted = { amountMinor: BigInt(clicked.total.amountMinor), currency: clicked.total.currency };
  return equals(together, wanted)
    ? { answer: 'FOUND', numbers: fitting.map(({ number }) => number) }
    : { answer: 'UNKNOWN' };
}

const compared = ['full_name', 'address', 'city', 'zip'];

function isFor({ items, shipTo }: ListedOrder, { wanted, address }: ClickedOrder): boolean {
  const lines = new Set(shipTo);
  return (
    items.length > 0 &&
    items.every(({ productId, skuId }) => productId === wanted.productId && skuId === wanted.skuId) &&
    compared.every(name => !address[name] || lines.has(address[name].replace(/\s+/g, ' ')))
  );
}
