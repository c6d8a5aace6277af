import type { World } from '../world.ts';
import { book } from './balances.ts';
import { sendEvent } from './events.ts';
import { batchHeader, itemDocument } from './payout-documents.ts';
import type { PayoutBatch, PayoutItem, PayoutItemStatus } from './state.ts';

/*
 * A batch goes PENDING → PROCESSING → SUCCESS (processed, not "paid") or DENIED (nothing was paid). Its items end as
 * their outcome says. UNCLAIMED returns by itself after thirty days.
 */

const unclaimedForMs = 30 * 86_400_000;

/** Item status → the last word of its event: PayPal spells the two differently. */
const events: Partial<Record<PayoutItemStatus, string>> = {
  SUCCESS: 'SUCCEEDED',
  FAILED: 'FAILED',
  UNCLAIMED: 'UNCLAIMED',
  RETURNED: 'RETURNED',
  ONHOLD: 'HELD',
  BLOCKED: 'BLOCKED',
  REFUNDED: 'REFUNDED',
  REVERSED: 'REFUNDED',
  DENIED: 'DENIED',
};

const neverPaid: readonly PayoutItemStatus[] = ['FAILED', 'BLOCKED', 'DENIED'];
const paidBack: readonly PayoutItemStatus[] = ['RETURNED', 'REFUNDED', 'REVERSED'];

/** Schedules what is still to come for this batch; also after a restart. */
export function followBatch(world: World, batch: PayoutBatch): void {
  if (batch.status === 'PENDING' || batch.status === 'PROCESSING') {
    const left = Math.max(0, batch.settlesAt - world.clock.now());
    world.clock.after(left / 2, () => process(world, batch));
    world.clock.after(left, () => settle(world, batch));
  } else {
    for (const item of itemsOf(world, batch)) followUnclaimed(world, item);
  }
}

const itemsOf = (world: World, batch: PayoutBatch): PayoutItem[] =>
  batch.itemIds.map(id => world.state.paypal.items.get(id)!);

function process(world: World, batch: PayoutBatch): void {
  if (batch.status !== 'PENDING') return;
  batch.status = 'PROCESSING';
  sendEvent(world, 'PAYMENT.PAYOUTSBATCH.PROCESSING', 'payouts', { batch_header: batchHeader(world, batch) });
}

function settle(world: World, batch: PayoutBatch): void {
  const items = itemsOf(world, batch);
  batch.status = items.some(item => item.outcome === 'DENIED') ? 'DENIED' : 'SUCCESS';
  batch.completedAt = world.clock.iso();
  for (const item of items) {
    item.processedAt = world.clock.iso();
    moveItem(world, item, batch.status === 'DENIED' ? 'DENIED' : item.outcome);
    followUnclaimed(world, item);
  }
  sendEvent(world, `PAYMENT.PAYOUTSBATCH.${batch.status}`, 'payouts', { batch_header: batchHeader(world, batch) });
  world.save();
}

/** Gives an item its (next) status; money that was not paid, or came back, is on the balance again. */
export function moveItem(world: World, item: PayoutItem, status: PayoutItemStatus): void {
  item.status = status;
  if (!item.returned && (neverPaid.includes(status) || paidBack.includes(status))) {
    item.returned = true;
    book(world, item.currency, neverPaid.includes(status) ? item.amountMinor + item.feeMinor : item.amountMinor);
  }
  // A payout that came back and is paid after all takes the money again; its fee it has taken before.
  if (item.returned && status === 'SUCCESS') {
    item.returned = false;
    book(world, item.currency, -item.amountMinor);
  }
  world.books.note('payout', item.id, { itemStatus: status });
  const event = events[status];
  if (event) sendEvent(world, `PAYMENT.PAYOUTS-ITEM.${event}`, 'payouts_item', itemDocument(world, item));
}

export const returnItem = (world: World, item: PayoutItem): void => moveItem(world, item, 'RETURNED');

function followUnclaimed(world: World, item: PayoutItem): void {
  if (item.status !== 'UNCLAIMED' || item.processedAt === undefined) return;
  const returnsAt = Date.parse(item.processedAt) + unclaimedForMs;
  world.clock.after(Math.max(0, returnsAt - world.clock.now()), () => {
    if (item.status === 'UNCLAIMED') returnItem(world, item);
  });
}
