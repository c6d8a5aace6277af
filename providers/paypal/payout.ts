import { invariant } from '../../domain/call-outcome.ts';
import { type Money, parseMoney } from '../../domain/money.ts';
import { wireDecimal } from '../../domain/wire-amount.ts';
import type { WireBatch, WireItem } from './schema.ts';

/**
 * `SUCCESS` of the batch means that it was processed, not that an item was paid. `fees` are those of all its items, if
 * the batch gives them.
 */
export type PayoutBatch = {
  batchId: string;
  status: string;
  senderBatchId?: string;
  fees?: Money;
  items: PayoutItem[];
};

/** `SUCCESS` is paid; `RETURNED`, `FAILED`, `REFUNDED` and `REVERSED` owe the money again; the rest is not final. */
export type PayoutItem = { itemId: string; status: string; amount?: Money; fee?: Money; errorName?: string };

export type NewPayout = {
  /** `sender_batch_id`, the one key that PayPal deduplicates, for 30 days. ≤ 256 characters. */
  batchKey: string;
  /** An e-mail address, or a PayPal payer id. */
  receiver: string;
  amount: Money;
  note: string;
};

/** The frozen request: one payout is one batch of one item, because items are never deduplicated. */
export function payoutBody({ batchKey, receiver, amount, note }: NewPayout): string {
  invariant(batchKey.length > 0 && batchKey.length <= 256, 'a payout batch key has 1 to 256 characters');
  return JSON.stringify({
    sender_batch_header: { sender_batch_id: batchKey },
    items: [
      {
        recipient_type: receiver.includes('@') ? 'EMAIL' : 'PAYPAL_ID',
        amount: { currency: amount.currency, value: wireDecimal('paypal', amount) },
        receiver,
        sender_item_id: batchKey.slice(0, 63), // a label only
        note: note.slice(0, 4000),
      },
    ],
  });
}

/** The amount of a frozen request of ours. */
export function payoutAsked(frozenBody: string): Money {
  const { items } = JSON.parse(frozenBody) as { items: { amount: { currency: string; value: string } }[] };
  invariant(items[0], 'a payout has an item');
  return parseMoney(items[0].amount.value, items[0].amount.currency);
}

export function toBatch({ batch_header: header, items = [] }: WireBatch): PayoutBatch {
  const senderBatchId = header.sender_batch_header?.sender_batch_id;
  return {
    batchId: header.payout_batch_id,
    status: header.batch_status ?? 'UNKNOWN',
    ...(senderBatchId ? { senderBatchId } : {}),
    ...(header.fees ? { fees: header.fees } : {}),
    items: items.map(toItem),
  };
}

export const toItem = (wire: WireItem): PayoutItem => ({
  itemId: wire.payout_item_id,
  status: wire.transaction_status,
  ...(wire.payout_item?.amount ? { amount: wire.payout_item.amount } : {}),
  ...(wire.payout_item_fee ? { fee: wire.payout_item_fee } : {}),
  ...(wire.errors?.name ? { errorName: wire.errors.name } : {}),
});
