import type { Call } from '../demo/http.ts';
import type { OrderFile } from './order-file.ts';

/** Something that the outside world did, by its own books: what we believe does not count. */
export type Entry = {
  readonly kind: 'capture' | 'supplier-order' | 'payout' | 'refund' | 'dispute-fee' | 'ship-notice';
  /** Our key for it, or the number of what it was done to. */
  readonly key: string;
  readonly reference: string;
  readonly amountMinor: string;
  readonly at: string;
  readonly detail: Readonly<Record<string, unknown>>;
};

export async function readBooks(sandbox: Call): Promise<readonly Entry[]> {
  const { effects } = (await sandbox('GET', '/effects')) as { effects: Entry[] };
  return effects;
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const uuidIn = (text: unknown): string | undefined => uuid.exec(String(text))?.[0];

/** Which of our orders each entry is about; '' where it is about none. */
export function byOrder(entries: readonly Entry[], files: readonly OrderFile[]): Map<string, Entry[]> {
  const orders = new Map(
    files.flatMap(({ id, mark, externalOrderId, legs }) => [
      [externalOrderId ?? id, id],
      [id, id],
      [mark ?? id, id],
      ...legs.map(leg => [leg.id, id] as const),
    ]),
  );
  // A sale channel is told of a parcel under its own name for the order.
  return Map.groupBy(entries, ({ key, detail }) => orders.get(uuidIn(detail.customId) ?? uuidIn(key) ?? key) ?? '');
}

export const legOf = ({ key }: Entry): string => uuidIn(key) ?? '';

const undone = new Set(['FAILED', 'BLOCKED', 'DENIED', 'RETURNED', 'REFUNDED', 'REVERSED']);

/** Still stands: a payout that came back and a supplier order that was closed are none. */
export const stands = ({ kind, detail }: Entry): boolean =>
  kind === 'payout' ? !undone.has(String(detail.itemStatus)) : detail.cancelled === undefined;

/** What it did to the platform's PayPal account, in cents. */
export function cashOf(entry: Entry): bigint {
  const [amount, fee] = [BigInt(entry.amountMinor), BigInt(String(entry.detail.feeMinor ?? 0))];
  switch (entry.kind) {
    case 'capture':
      return entry.detail.status === 'PENDING' ? 0n : amount - fee;
    case 'refund':
    case 'dispute-fee':
      return -amount;
    case 'payout':
      return stands(entry) ? -(amount + fee) : 0n;
    case 'ship-notice':
      return 0n;
    case 'supplier-order':
      return entry.detail.paidByPlatform === true && stands(entry) ? -amount : 0n;
  }
}

export const sumOf = (entries: readonly Entry[]): bigint => entries.reduce((sum, entry) => sum + cashOf(entry), 0n);
