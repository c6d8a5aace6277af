import { toDecimal } from '../decimal.ts';
import type { World } from '../world.ts';
import { link } from './links.ts';
import type { PayoutBatch, PayoutItem } from './state.ts';

/** Payouts write `{currency, value}`, unlike everything else at PayPal. */
const payoutMoney = (minor: bigint, currency: string) => ({ currency, value: toDecimal(minor, currency) });

export const batchLinks = (world: World, batch: PayoutBatch) => [
  { ...link(world, `/v1/payments/payouts/${batch.id}`, 'self'), encType: 'application/json' },
];

export function batchHeader(world: World, batch: PayoutBatch) {
  const items = batch.itemIds.map(id => world.state.paypal.items.get(id)!);
  const total = (pick: (item: PayoutItem) => bigint) => items.reduce((sum, item) => sum + pick(item), 0n);
  const currency = items[0]!.currency;
  return {
    payout_batch_id: batch.id,
    batch_status: batch.status,
    time_created: batch.createdAt,
    ...(batch.completedAt === undefined ? {} : { time_completed: batch.completedAt }),
    sender_batch_header: batch.header,
    funding_source: 'BALANCE',
    amount: payoutMoney(
      total(item => item.amountMinor),
      currency,
    ),
    fees: payoutMoney(
      total(item => item.feeMinor),
      currency,
    ),
  };
}

export function itemDocument(world: World, item: PayoutItem) {
  const batch = world.state.paypal.batches.get(item.batchId)!;
  const name = itemErrors[item.status];
  return {
    payout_item_id: item.id,
    ...(item.processedAt === undefined ? {} : { transaction_id: item.transactionId, time_processed: item.processedAt }),
    activity_id: item.transactionId,
    transaction_status: item.status,
    payout_item_fee: payoutMoney(item.feeMinor, item.currency),
    payout_batch_id: batch.id,
    ...(batch.senderBatchId === undefined ? {} : { sender_batch_id: batch.senderBatchId }),
    payout_item: item.sent,
    ...(name
      ? {
          errors: {
            name,
            message: name,
            debug_id: item.transactionId,
            information_link: 'https://developer.paypal.com',
            details: [],
          },
        }
      : {}),
    links: [
      link(world, `/v1/payments/payouts-item/${item.id}`, 'item'),
      link(world, `/v1/payments/payouts/${batch.id}`, 'batch'),
    ],
  };
}

const itemErrors: Record<string, string> = {
  UNCLAIMED: 'RECEIVER_UNREGISTERED',
  RETURNED: 'RECEIVER_UNREGISTERED',
  FAILED: 'RECEIVER_ACCOUNT_LOCKED',
  ONHOLD: 'RECEIVER_ACCOUNT_LIMITATION',
  BLOCKED: 'RECEIVER_COUNTRY_NOT_ALLOWED',
};
