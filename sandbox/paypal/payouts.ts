import { randomCode } from '../ids.ts';
import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { bodyOf } from './access.ts';
import { balanceOf, book } from './balances.ts';
import { batchHeader, batchLinks, itemDocument } from './payout-documents.ts';
import { type PayoutRequest, readPayout } from './payout-rules.ts';
import { followBatch, returnItem } from './payout-settlement.ts';
import { notFound, refusal } from './refusals.ts';
import type { PayoutBatch, PayoutItem } from './state.ts';

const batchIdsLiveMs = 30 * 86_400_000;
/** Per item, in the item's own currency. */
const feeMinor = 25n;

/** `POST /v1/payments/payouts`: accepts, holds the money and its fees, and settles later. */
export function createPayout(world: World, call: Call): Answer {
  if (!world.settings.payoutsAllowed) throw refusal(403, 'AUTHORIZATION_ERROR');
  const request = readPayout(bodyOf(call));
  refuseDuplicate(world, request.senderBatchId);
  const currency = request.items[0]!.currency;
  const cost = request.items.reduce((sum, item) => sum + item.amountMinor + feeMinor, 0n);
  if (cost > balanceOf(world, currency)) throw refusal(422, 'INSUFFICIENT_FUNDS');
  book(world, currency, -cost);
  const batch = accept(world, request);
  followBatch(world, batch);
  const { payout_batch_id, batch_status, sender_batch_header } = batchHeader(world, batch);
  return {
    status: 201,
    body: { batch_header: { payout_batch_id, batch_status, sender_batch_header }, links: batchLinks(world, batch) },
  };
}

function refuseDuplicate(world: World, senderBatchId: string | undefined): void {
  if (senderBatchId === undefined) return;
  const { batchIdsBySender, batches } = world.state.paypal;
  const batch = batches.get(batchIdsBySender.get(senderBatchId) ?? '');
  if (!batch || Date.parse(batch.createdAt) <= world.clock.now() - batchIdsLiveMs) return;
  throw refusal(
    400,
    'USER_BUSINESS_ERROR',
    [{ field: 'SENDER_BATCH_ID', location: 'body', issue: 'Duplicate batch request' }],
    batchLinks(world, batch),
  );
}

function accept(world: World, { header, senderBatchId, items }: PayoutRequest): PayoutBatch {
  const { state, settings, clock, books } = world;
  const batchId = randomCode(13);
  const accepted = items.map((item): PayoutItem => {
    const outcomes = state.paypal.payoutOutcomes.get(item.receiver);
    return {
      ...item,
      id: randomCode(13),
      batchId,
      feeMinor,
      outcome: outcomes?.shift() ?? 'SUCCESS',
      transactionId: randomCode(17),
      status: 'PENDING',
      returned: false,
      processedAt: undefined,
    };
  });
  const batch: PayoutBatch = {
    id: batchId,
    header,
    senderBatchId,
    itemIds: accepted.map(item => item.id),
    createdAt: clock.iso(),
    settlesAt: clock.now() + settings.payoutSettleMs,
    status: 'PENDING',
    completedAt: undefined,
  };
  state.paypal.batches.set(batch.id, batch);
  if (senderBatchId !== undefined) state.paypal.batchIdsBySender.set(senderBatchId, batch.id);
  for (const item of accepted) {
    state.paypal.items.set(item.id, item);
    books.record({
      kind: 'payout',
      provider: 'paypal',
      key: senderBatchId ?? batchId,
      reference: item.id,
      amountMinor: item.amountMinor,
      currency: item.currency,
      detail: { receiver: item.receiver, itemStatus: item.status, batchId, feeMinor: feeMinor.toString() },
    });
  }
  return batch;
}

export function getBatch(world: World, call: Call): Answer {
  const batch = world.state.paypal.batches.get(call.param('id'));
  if (!batch) throw notFound('payout_batch_id');
  const page = Math.max(1, Number(call.query.get('page') ?? 1));
  const size = Math.min(1000, Number(call.query.get('page_size') ?? 1000));
  const items = batch.itemIds.slice((page - 1) * size, page * size).map(id => world.state.paypal.items.get(id)!);
  return {
    status: 200,
    body: {
      batch_header: batchHeader(world, batch),
      items: items.map(item => itemDocument(world, item)),
      total_items: batch.itemIds.length,
      total_pages: Math.ceil(batch.itemIds.length / size),
      links: batchLinks(world, batch),
    },
  };
}

export const getItem = (world: World, call: Call): Answer => ({
  status: 200,
  body: itemDocument(world, itemOf(world, call)),
});

/** Only what nobody has claimed can be cancelled; the money comes back. */
export function cancelItem(world: World, call: Call): Answer {
  const item = itemOf(world, call);
  if (item.status === 'RETURNED') throw refusal(400, 'ITEM_ALREADY_CANCELLED');
  if (item.status !== 'UNCLAIMED') throw refusal(400, 'ITEM_INCORRECT_STATUS');
  returnItem(world, item);
  return { status: 200, body: itemDocument(world, item) };
}

function itemOf(world: World, call: Call): PayoutItem {
  const item = world.state.paypal.items.get(call.param('id'));
  if (!item) throw notFound('payout_item_id');
  return item;
}
