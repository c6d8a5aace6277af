import type { LastTrouble } from './log-lines.ts';
import type { Performance } from './play.ts';
import { type Scenario, tellEnding } from './scenario.ts';
import type { Seen } from './sight.ts';
import type { Sight } from './watch.ts';

/** How one performance ended. */
export type Outcome = {
  readonly scenario: Scenario;
  /** In the order of its endings; where it broke off, the orders that it had made by then. */
  readonly orders: readonly { readonly seen: Seen | undefined; readonly isGood: boolean }[];
  readonly failed?: {
    readonly reason: string;
    /** The line of the log that tells most about it. */
    readonly log: string | undefined;
  };
};

/**
 * Judges each performance by the last look: a late ending counts, and one that has changed for the worse has failed.
 * @param trouble why the show broke off, where it did
 */
export function judge(
  performance: Performance,
  sight: Sight,
  trouble: string | undefined,
  lastTrouble: LastTrouble,
): Outcome {
  const { scenario, endings, orders: named, beganAtMs, failure } = performance;
  const wasPlayed = endings.length > 0;
  const orders = wasPlayed
    ? endings.map(ending => ({ seen: sight.find(ending), isGood: sight.has(ending) }))
    : sight.named(named).map(seen => ({ seen, isGood: false }));
  if (wasPlayed && orders.every(({ isGood }) => isGood)) return { scenario, orders };
  const missing = endings.filter(ending => !sight.has(ending)).map(tellEnding);
  const expected = wasPlayed ? `expected ${missing.join(' and ')}` : 'it was not played to its end';
  const names = orders.flatMap(({ seen }) => (seen ? [seen.id, seen.externalOrderId ?? seen.id] : []));
  return {
    scenario,
    orders,
    failed: {
      reason: failure ?? [trouble, expected].filter(Boolean).join(': '),
      log: lastTrouble([...names, ...named], beganAtMs),
    },
  };
}
