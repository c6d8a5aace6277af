import { ledgerTotals } from '../store/ledger.ts';
import type { Store } from '../store/open.ts';
import type { Call } from './http.ts';
import type { Ending } from './scenario.ts';
import { allOrders } from './sight.ts';

type Effect = { kind: string; key: string; reference: string; amountMinor: string; detail: Record<string, unknown> };

export type Summary = {
  orders: number;
  byStatus: Record<string, number>;
  settled: number;
  needsReview: number;
  supplierOrders: number;
  payouts: number;
  duplicates: number;
  ledgerBalanced: boolean;
  seconds: number;
};

/** An order's id, which every key that we send carries. */
const idIn = (text: string): string => /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(text)?.[0] ?? text;

/** What the outside world did, by its own books: the demo's beliefs do not count. */
export async function effectsOf(sandbox: Call): Promise<readonly Effect[]> {
  const { effects } = (await sandbox('GET', '/effects')) as { effects: Effect[] };
  return effects;
}

/**
 * Effects that should have happened once and happened more often. One create may place two supplier orders: those
 * share a key, and the order says how many belong to it.
 */
function duplicates(
  effects: readonly Effect[],
  orders: readonly { id: string; mark: string | null; supplierOrders: readonly string[] }[],
): number {
  const count = (kind: string) => {
    const counts = new Map<string, number>();
    for (const effect of effects)
      if (effect.kind === kind) counts.set(idIn(effect.key), (counts.get(idIn(effect.key)) ?? 0) + 1);
    return counts;
  };
  const extra = (counts: Map<string, number>, allowed: (key: string) => number) =>
    [...counts].reduce((sum, [key, times]) => sum + Math.max(0, times - allowed(key)), 0);
  const known = new Map(
    orders.flatMap(({ id, mark, supplierOrders: { length } }) => [
      [id, length],
      [mark ?? id, length],
    ]),
  );
  return (
    extra(count('capture'), () => 1) +
    extra(count('payout'), () => 1) +
    extra(count('supplier-order'), id => known.get(id) ?? 0)
  );
}

export async function summarize(
  store: Store,
  sandbox: Call,
  endings: readonly Ending[],
  startedAt: number,
): Promise<Summary> {
  const [orders, effects, totals] = await Promise.all([
    allOrders(store),
    effectsOf(sandbox),
    store.read(em => ledgerTotals(em)),
  ]);
  const byStatus: Record<string, number> = {};
  for (const { status } of orders) byStatus[status] = (byStatus[status] ?? 0) + 1;
  // An order that should have been bought in one piece and has two supplier orders is a duplicate as well.
  const surplus = orders.length > endings.length ? orders.length - endings.length : 0;
  return {
    orders: orders.length,
    byStatus,
    settled: orders.filter(({ settled }) => settled).length,
    needsReview: byStatus.NEEDS_REVIEW ?? 0,
    supplierOrders: effects.filter(({ kind }) => kind === 'supplier-order').length,
    payouts: effects.filter(({ kind, detail }) => kind === 'payout' && detail.itemStatus === 'SUCCESS').length,
    duplicates: duplicates(effects, orders) + surplus,
    ledgerBalanced: totals.length > 0 && totals.every(({ amountMinor }) => amountMinor === 0n),
    seconds: Math.round((Date.now() - startedAt) / 100) / 10,
  };
}
