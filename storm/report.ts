import type { OrderId } from '../domain/ids.ts';
import type { Store } from '../store/open.ts';
import { timelineOf } from '../store/timeline.ts';
import { byOrder, type Entry } from './books.ts';
import type { OrderFile } from './order-file.ts';
import type { Violation } from './verdict.ts';

/** A broken promise with all that is known of its order: our timeline and effects, and the outside world's books. */
export async function describeViolations(
  violations: readonly Violation[],
  { store, files, entries }: { store: Store; files: readonly OrderFile[]; entries: readonly Entry[] },
): Promise<string> {
  const books = byOrder(entries, files);
  const parts: string[] = [];
  for (const [orderId, found] of Map.groupBy(violations, violation => violation.orderId)) {
    parts.push(`\norder ${orderId || '(none)'}`, ...found.map(({ kind, text }) => `  ${kind.toUpperCase()}: ${text}`));
    const file = files.find(({ id }) => id === orderId);
    if (file) parts.push(...(await describeOrder(store, file, books.get(orderId) ?? [])));
  }
  return parts.join('\n');
}

export async function describeOrder(store: Store, file: OrderFile, entries: readonly Entry[]): Promise<string[]> {
  const timeline = await store.read(em => timelineOf(em, file.id as OrderId));
  return [
    '  our timeline:',
    ...timeline.map(({ at, kind, note }) => `    ${at.toISOString()} ${kind}: ${note}`),
    '  our effects:',
    ...file.effects.map(({ purpose, key, status, sends }) => `    ${purpose} ${key}: ${status}, sent ${sends} times`),
    "  the world's books:",
    ...entries.map(
      ({ at, kind, key, reference, amountMinor, detail }) =>
        `    ${at} ${kind} ${reference} of ${amountMinor}, key ${key} ${JSON.stringify(detail)}`,
    ),
  ];
}
