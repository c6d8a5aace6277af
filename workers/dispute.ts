import { formatMoney, money, negate, zero } from '../domain/money.ts';
import { Retryable } from '../domain/outcome.ts';
import { disputeCharged } from '../domain/postings.ts';
import type { Dispute } from '../providers/paypal/dispute.ts';
import type { Capture } from '../providers/paypal/order.ts';
import type { PayPalEvent } from '../providers/paypal/webhook.ts';
import type { Enqueue } from '../queues/transact.ts';
import { isDisputed, recordDispute } from '../store/disputes.ts';
import type { Order } from '../store/entities/order.ts';
import { Payment } from '../store/entities/order.ts';
import { post } from '../store/ledger.ts';
import type { EntityManager } from '../store/open.ts';
import { claimOrder, findOrder, updateOrder } from '../store/orders.ts';
import { recordPayment } from '../store/payments.ts';
import { refundedOf } from '../store/refunds.ts';
import { note } from '../store/timeline.ts';
import type { Context } from './context.ts';
import { endFreeze, stopOrder } from './stop-order.ts';

const frozenFor = 'DISPUTE';

/**
 * While a buyer's complaint is open nothing is bought and no leg leaves. When it is closed everything goes on with what
 * the seller keeps: all of it, or what is left once PayPal's refund or reversal is booked.
 */
export async function disputeMoved(ctx: Context, event: PayPalEvent): Promise<string | undefined> {
  const id = event.resource.dispute_id;
  if (typeof id !== 'string') return undefined;
  const dispute = await ctx.providers.paypal.getDispute(id, { signal: ctx.signal });
  let orders = 0;
  for (const captureId of dispute.captureIds) if (await takeDispute(ctx, dispute, captureId)) orders += 1;
  return orders > 0 ? `dispute ${id}: ${dispute.open ? 'open' : dispute.outcome}` : undefined;
}

const paymentOf = (em: EntityManager, reference: string): Promise<Payment | null> =>
  em.findOne(Payment, { provider: 'paypal', reference });

async function takeDispute(ctx: Context, dispute: Dispute, captureId: string): Promise<boolean> {
  const ours = await ctx.store.read(em => paymentOf(em, captureId));
  if (!ours) return false;
  const capture = dispute.open ? undefined : await ctx.providers.paypal.getCapture(captureId, { signal: ctx.signal });
  return ctx.transact(async (em, enqueue) => {
    const payment = await paymentOf(em, captureId);
    const order = payment && (await findOrder(em, payment.orderId));
    if (!payment || !order) return false;
    const owned = await claimOrder(em, order.id, [order.status]);
    if (!owned) throw new Retryable('ORDER_MOVED', `order ${order.id} moved while dispute ${dispute.id} was taken`);
    await record(em, owned, payment, dispute);
    if (!capture) await freeze(em, enqueue, owned, payment, dispute.id);
    else if (dispute.outcome === 'seller' || (await isBooked(em, owned, capture)))
      await thaw(em, enqueue, owned, payment, dispute);
    return true;
  });
}

/** Whether we have booked what became of the capture. What went back and is not booked yet is told by an event of its own. */
async function isBooked(em: EntityManager, { id }: Order, { status, amount }: Capture): Promise<boolean> {
  if (status === 'COMPLETED') return true;
  const back = await refundedOf(em, id, amount.currency);
  return status === 'PARTIALLY_REFUNDED' ? back.amountMinor > 0n : back.amountMinor >= amount.amountMinor;
}

/** What PayPal takes for a dispute is booked once, whoever wins it. */
async function record(em: EntityManager, { id: orderId }: Order, payment: Payment, dispute: Dispute): Promise<void> {
  const { id: reference, fee = zero(payment.currency) } = dispute;
  const status = dispute.open ? 'OPEN' : dispute.outcome === 'seller' ? 'SELLER' : 'BUYER';
  const change = await recordDispute(em, orderId, { reference, status, fee });
  if (!change) return;
  await post(em, { source: 'paypal', event: change.event, orderId, postings: disputeCharged(change.amount) });
  const taken = change.amount.amountMinor > 0n;
  const amount = formatMoney(taken ? change.amount : negate(change.amount));
  await note(em, orderId, 'noted', `PayPal ${taken ? 'takes' : 'gives back'} ${amount} for dispute ${reference}`, {
    dispute: reference,
  });
}

const setStatus = (
  em: EntityManager,
  order: Order,
  payment: Payment,
  status: 'DISPUTED' | 'COMPLETED' | 'PARTIALLY_REFUNDED',
) =>
  recordPayment(em, {
    orderId: order.id,
    provider: payment.provider,
    reference: payment.reference,
    status,
    rawStatus: status,
    amount: money(payment.amountMinor, payment.currency),
  });

async function freeze(em: EntityManager, enqueue: Enqueue, order: Order, payment: Payment, id: string): Promise<void> {
  if (order.frozenFor === frozenFor) return;
  await setStatus(em, order, payment, 'DISPUTED');
  await note(em, order.id, 'noted', `the buyer disputes the payment: ${id}`, { dispute: id });
  await updateOrder(em, order, { frozenFor });
  await stopOrder(em, enqueue, order, frozenFor, `the buyer disputes the payment: ${id}`);
}

/** The seller has what is left of the payment, unless another dispute of it is open. */
async function thaw(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  payment: Payment,
  { id, outcome }: Dispute,
): Promise<void> {
  if (await isDisputed(em, order.id)) return;
  // Also when a person has ended the freeze by a decision: the payment is the seller's all the same.
  const ended = await endFreeze(em, enqueue, order, frozenFor);
  if (!ended && payment.status !== 'DISPUTED') return;
  const back = await refundedOf(em, order.id, payment.currency);
  if (payment.status === 'DISPUTED')
    await setStatus(em, order, payment, back.amountMinor > 0n ? 'PARTIALLY_REFUNDED' : 'COMPLETED');
  await note(em, order.id, 'noted', `dispute ${id} is settled for the ${outcome}`, { dispute: id });
}
