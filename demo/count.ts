import type { Store } from '../store/database/open.ts';
import { ledgerTotals } from '../store/money/ledger.ts';
import type { Call } from './http.ts';
import { allOrders } from './sight.ts';

type Effect = { kind: string; key: string; reference: string; amountMinor: string; detail: Record<string, unknown> };

export type Count = {
  orders: number;
  byStatus: Record<string, number>;
  settled: number;
  needsReview: number;
  supplierOrders: number;
  payouts: number;
  /** Captures, purchases, sales and payouts beyond the first of an order, or of a leg. */
  duplicates: number;
  ledgerBalanced: boolean;
};

/** The id in a key: of an order, or of a leg. */
const idIn = (text: string): string => /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(text)?.[0] ?? text;

/** The effects in the outside world, from the sandbox's own books and not from ours. */
export async function effectsOf(sandbox: Call): Promise<readonly Effect[]> {
  const { effects } = (await sandbox('GET', '/effects')) as { effects: Effect[] };
  return effects;
}

type Known = readonly { readonly id: string; readonly mark: string | null }[];

/**
 * How often something happened more than once to one order, or to one leg. A purchase that becomes several supplier
 * orders counts once, and a failed payout does not count. An order that no scenario waited for is no duplicate.
 */
export function duplicatesAmong(effects: readonly Effect[], orders: Known): number {
  const byMark = new Map(orders.map(({ id, mark }) => [mark ?? id, id]));
  const orderOf = (key: string) => byMark.get(idIn(key)) ?? idIn(key);
  const beyondFirst = (things: readonly string[]) => things.length - new Set(things).size;
  const of = (kind: string) => effects.filter(effect => effect.kind === kind);
  const purchases = new Map(of('supplier-order').map(({ key, detail }) => [String(detail.purchase), orderOf(key)]));
  return (
    beyondFirst(of('capture').map(({ key, detail }) => String(detail.customId ?? key))) +
    beyondFirst([...purchases.values()]) +
    beyondFirst(
      of('payout')
        .filter(wasPaid)
        .map(({ key }) => idIn(key)),
    )
  );
}

const cameToNothing = ['FAILED', 'BLOCKED', 'DENIED', 'Failed', 'Cancelled', 'RETURNED', 'REFUNDED', 'REVERSED'];
const wasPaid = ({ detail }: Effect): boolean => !cameToNothing.includes(String(detail.itemStatus));

/** Our keys contain outside names: replaces each key with the id of our own row. */
async function asOurs(store: Store, effects: readonly Effect[]): Promise<Effect[]> {
  const query = 'select idempotency_key as key, subject::text from effects';
  const ours = await store.read(em => em.execute<{ key: string; subject: string }[]>(query));
  const subjects = new Map(ours.map(({ key, subject }) => [key, subject]));
  return effects.map(effect => ({ ...effect, key: subjects.get(effect.key) ?? effect.key }));
}

/** Sales beyond the first of an order, without voided ones. */
async function secondSales(store: Store): Promise<number> {
  const query = 'select count(*)::int - count(distinct order_id)::int as more from sales where voided_at is null';
  const [row] = await store.read(em => em.execute<{ more: number }[]>(query));
  return row?.more ?? 0;
}

export async function summarize(store: Store, sandbox: Call): Promise<Count> {
  const [orders, effects, totals] = await Promise.all([
    allOrders(store),
    effectsOf(sandbox),
    store.read(em => ledgerTotals(em)),
  ]);
  const byStatus: Record<string, number> = {};
  for (const { status } of orders) byStatus[status] = (byStatus[status] ?? 0) + 1;
  return {
    orders: orders.length,
    byStatus,
    settled: orders.filter(({ settled }) => settled).length,
    needsReview: byStatus.NEEDS_REVIEW ?? 0,
    supplierOrders: effects.filter(({ kind }) => kind === 'supplier-order').length,
    payouts: effects.filter(({ kind, detail }) => kind === 'payout' && detail.itemStatus === 'SUCCESS').length,
    duplicates: duplicatesAmong(await asOurs(store, effects), orders) + (await secondSales(store)),
    ledgerBalanced: totals.length > 0 && totals.every(({ amountMinor }) => amountMinor === 0n),
  };
}
