import { formatMoney, type Money, negate, zero } from '../domain/money.ts';
import { disputeCharged } from '../domain/postings.ts';
import type { Enqueue } from '../queues/transact.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Order, Payment } from '../store/entities/order.ts';
import { isDisputed, recordDispute } from '../store/money/disputes.ts';
import { post } from '../store/money/ledger.ts';
import { settleStatus } from '../store/money/payments.ts';
import { freeze } from '../store/orders/orders.ts';
import { note } from '../store/orders/timeline.ts';
import { endFreeze } from './end-freeze.ts';
import { haltPurchase } from './halt-purchase.ts';

const frozenFor = 'DISPUTE';

/** A dispute as its channel reports it: who won a settled one, and the fee charged for it so far. */
export type DisputeNews = { id: string; open: boolean; outcome?: 'seller' | 'buyer'; fee?: Money };

/** Books PayPal's dispute fee once, whoever wins the dispute. */
export async function recordDisputeFee(
  em: EntityManager,
  { id: orderId }: Order,
  payment: Payment,
  dispute: DisputeNews,
): Promise<void> {
  const { id: reference, fee = zero(payment.currency) } = dispute;
  const status = dispute.open ? 'OPEN' : dispute.outcome === 'seller' ? 'SELLER' : 'BUYER';
  const change = await recordDispute(em, orderId, { provider: 'paypal', reference, status, fee });
  if (!change) return;
  await post(em, { source: 'paypal', event: change.event, orderId, postings: disputeCharged(change.amount) });
  const taken = change.amount.amountMinor > 0n;
  const amount = formatMoney(taken ? change.amount : negate(change.amount));
  await note(em, orderId, 'noted', `PayPal ${taken ? 'takes' : 'gives back'} ${amount} for dispute ${reference}`, {
    dispute: reference,
  });
}

export async function openDispute(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  payment: Payment,
  id: string,
): Promise<void> {
  if (order.frozenFor === frozenFor) return;
  await settleStatus(em, payment);
  await note(em, order.id, 'noted', `the buyer disputes the payment: ${id}`, { dispute: id });
  await freeze(em, order, frozenFor);
  await haltPurchase(em, enqueue, order, frozenFor, `the buyer disputes the payment: ${id}`);
}

/** The seller keeps what remains of the payment, unless another dispute of it is open. */
export async function settleDispute(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  payment: Payment,
  { id, outcome }: Pick<DisputeNews, 'id' | 'outcome'>,
): Promise<void> {
  if (await isDisputed(em, order.id)) return;
  // A person may already have ended the freeze by a decision; the payment must return to the seller all the same.
  const ended = await endFreeze(em, enqueue, order, frozenFor);
  if (!ended && payment.status !== 'DISPUTED') return;
  await settleStatus(em, payment);
  await note(em, order.id, 'noted', `dispute ${id} is settled for the ${outcome}`, { dispute: id });
}
