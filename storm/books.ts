import type { Call } from '../demo/http.ts';
import type { OrderFile } from './order-file.ts';

/** An effect in the outside world, from the sandbox's own books and not from ours. */
export type Entry = {
  readonly kind:
    | 'capture'
    | 'supplier-order'
    | 'payout'
    | 'refund'
    | 'reversal'
    | 'reversal-returned'
    | 'dispute-fee'
    | 'ship-notice';
  readonly provider: string;
  /** Our idempotency key, or the provider's id of the object. */
  readonly key: string;
  readonly reference: string;
  readonly amountMinor: string;
  readonly currency: string;
  readonly at: string;
  readonly detail: Readonly<Record<string, unknown>>;
};

export async function readBooks(sandbox: Call): Promise<readonly Entry[]> {
  const { effects } = (await sandbox('GET', '/effects')) as { effects: Entry[] };
  return effects;
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const uuidIn = (text: unknown): string | undefined => uuid.exec(String(text))?.[0];

/**
 * Groups the entries by our order ids; '' collects the entries of no order of ours.
 * @param forgotten maps keys that our restored database has lost to their orders
 */
export function byOrder(
  entries: readonly Entry[],
  files: readonly OrderFile[],
  forgotten: ReadonlyMap<string, string> = new Map(),
): Map<string, Entry[]> {
  const orders = new Map([
    ...[...forgotten].map(([key, id]) => [uuidIn(key) ?? key, id] as const),
    ...files.flatMap(({ id, mark, externalOrderId, legs, effects }): (readonly [string, string])[] => [
      [externalOrderId ?? id, id],
      [id, id],
      [mark ?? id, id],
      ...legs.map(leg => [leg.id, id] as const),
      // A key contains the outside name of the order or leg.
      ...effects.map(({ key }) => [uuidIn(key) ?? key, id] as const),
    ]),
  ]);
  // A parcel is reported to a sale channel under the channel's own number of the order.
  return Map.groupBy(entries, ({ key, detail }) => orders.get(uuidIn(detail.customId) ?? uuidIn(key) ?? key) ?? '');
}

export const legOf = ({ key }: Entry): string => uuidIn(key) ?? '';

/** A payout that failed at once: the provider returns its fee too. One that came back later has cost the fee. */
const neverPaid = new Set(['FAILED', 'BLOCKED', 'DENIED', 'Failed', 'Cancelled']);
const cameBack = new Set(['RETURNED', 'REFUNDED', 'REVERSED']);
const payoutIs = (states: ReadonlySet<string>, { detail }: Entry): boolean => states.has(String(detail.itemStatus));

/** Whether the entry still counts: a payout that came back and a supplier order that was closed do not. */
export const stands = (entry: Entry): boolean =>
  entry.kind === 'payout'
    ? !payoutIs(neverPaid, entry) && !payoutIs(cameBack, entry)
    : entry.detail.cancelled === undefined;

/** What an order moved on each of the platform's accounts, in minor units, by names such as `cash:paypal USD`. */
export type Cash = Readonly<Record<string, bigint>>;

/** @param keptBySupplier of a purchase that the supplier cancelled and that the platform had paid, in cents of USD */
export function cashOf(entries: readonly Entry[], keptBySupplier = 0): Cash {
  const cash: Record<string, bigint> = keptBySupplier > 0 ? { 'cash:paypal USD': -BigInt(keptBySupplier) } : {};
  for (const entry of entries) {
    // The supplier is paid from PayPal's balance.
    const account = `cash:${entry.provider === 'payoneer' ? 'payoneer' : 'paypal'} ${entry.currency}`;
    cash[account] = (cash[account] ?? 0n) + moved(entry);
  }
  return cash;
}

function moved(entry: Entry): bigint {
  const [amount, fee] = [BigInt(entry.amountMinor), BigInt(String(entry.detail.feeMinor ?? 0))];
  switch (entry.kind) {
    case 'capture':
      return entry.detail.status === 'PENDING' ? 0n : amount - fee;
    case 'refund':
    case 'reversal':
    case 'dispute-fee':
      return -amount;
    case 'reversal-returned':
      return amount;
    case 'payout':
      if (payoutIs(neverPaid, entry)) return 0n;
      return payoutIs(cameBack, entry) ? -fee : -(amount + fee);
    case 'ship-notice':
      return 0n;
    case 'supplier-order':
      return entry.detail.paidByPlatform === true && stands(entry) ? -amount : 0n;
  }
}
