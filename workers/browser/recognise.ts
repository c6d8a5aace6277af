import { equals, type Money, sum } from '../../domain/money.ts';
import type { AddressFields } from './pages/address.ts';
import type { Wanted } from './pages/item.ts';
import type { ListedOrder } from './pages/orders.ts';

/** The facts frozen before the click, by which the order is recognised afterwards. */
export type ClickedOrder = {
  readonly wanted: Wanted;
  readonly address: AddressFields;
  /** Minor units, as a decimal text, and currency. */
  readonly total: { readonly amountMinor: string; readonly currency: Money['currency'] };
  readonly before: readonly string[];
};

type Recognised = { answer: 'FOUND'; numbers: string[] } | { answer: 'ABSENT' | 'UNKNOWN' };

/**
 * Finds the click's orders in the account's list, newest first: newer than what was listed before it, not another
 * order's, the same goods to the same person, and together the same total. Two that would each fit are no proof, and
 * neither is one in a list that no longer shows any of those from before: it may be older than the click.
 */
export function recognise(
  listed: readonly ListedOrder[],
  clicked: ClickedOrder,
  ofOthers: ReadonlySet<string>,
): Recognised {
  const firstOld = listed.findIndex(({ number }) => clicked.before.includes(number));
  const newer = firstOld === -1 ? listed : listed.slice(0, firstOld);
  const fitting = newer.filter(order => !ofOthers.has(order.number) && isFor(order, clicked));
  if (fitting.length === 0) return { answer: 'ABSENT' };
  const isDated = firstOld !== -1 || clicked.before.length === 0;
  return isDated && isWhole(fitting, clicked)
    ? { answer: 'FOUND', numbers: fitting.map(({ number }) => number) }
    : { answer: 'UNKNOWN' };
}

/** All that was paid for, and no more: two stores may each send a part. */
function isWhole(orders: readonly ListedOrder[], { wanted, total }: ClickedOrder): boolean {
  const { currency } = total;
  if (orders.some(order => order.total.currency !== currency)) return false;
  const together = sum(
    orders.map(order => order.total),
    currency,
  );
  const counts = orders.map(({ items }) => items.reduce((count, { quantity }) => count + quantity, 0));
  const isEnough = counts.reduce((all, count) => all + count, 0) >= wanted.quantity;
  return (
    isEnough &&
    counts.every(count => count <= wanted.quantity) &&
    equals(together, { amountMinor: BigInt(total.amountMinor), currency })
  );
}

const compared = ['full_name', 'address', 'address2', 'city', 'province', 'zip', 'country'];

function isFor({ items, shipTo }: ListedOrder, { wanted, address }: ClickedOrder): boolean {
  const lines = new Set(shipTo);
  return (
    items.length > 0 &&
    items.every(({ productId, skuId }) => productId === wanted.productId && skuId === wanted.skuId) &&
    compared.every(name => !address[name] || lines.has(address[name].replace(/\s+/g, ' ')))
  );
}
