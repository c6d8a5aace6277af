import { formatMoney, money, negate, zero } from '../domain/money.ts';
import { Retryable } from '../domain/outcome.ts';
import { disputeCharged } from '../domain/postings.ts';
import type { Dispute } from '../providers/paypal/dispute.ts';
import type { PayPalEvent } from '../providers/paypal/webhook.ts';
import { payout } from '../queues/payout.ts';
import type { Enqueue } from '../queues/transact.ts';
import { recordDispute } from '../store/disputes.ts';
import type { Order } from '../store/entities/order.ts';
import { Payment } from '../store/entities/order.ts';
import { post } from '../store/ledger.ts';
import { legsOfOrder, wakeLeg } from '../store/legs.ts';
import type { EntityManager } from '../store/open.ts';
import { claimOrder, findOrder, updateOrder } from '../store/orders.ts';
import { recordPayment } from '../store/payments.ts';
import { note } from '../store/timeline.ts';
import type { Context } from './context.ts';
import { endDispute, stopOrder } from './stop-order.ts';

const frozenFor = 'DISPUTE';

/**
 * While a buyer's complaint is open nothing is bought and no leg leaves. When the seller keeps the money everything
 * goes on; when the buyer has it, PayPal's refund or reversal says how much, and that is booked.
 */
export async function disputeMoved(ctx: Context, event: PayPalEvent): Promise<string | undefined> {
  const id = event.resource.dispute_id;
  if (typeof id !== 'string') return undefined;
  const dispute = await ctx.providers.paypal.getDispute(id, { signal: ctx.signal });
  let orders = 0;
  for (const captureId of dispute.captureIds)
    orders += await ctx.transact(async (em, enqueue) => {
      const payment = await em.findOne(Payment, { provider: 'paypal', reference: captureId });
      const order = payment && (await findOrder(em, payment.orderId));
      if (!payment || !order) return 0;
      const owned = await claimOrder(em, order.id, [order.status]);
      if (!owned) throw new Retryable('ORDER_MOVED', `order ${order.id} moved while dispute ${id} was taken`);
      await record(em, owned, payment, dispute);
      if (dispute.open) await freeze(em, enqueue, owned, payment, id);
      else if (dispute.outcome === 'seller') await thaw(em, enqueue, owned, payment, id);
      return 1;
    });
  return orders > 0 ? `dispute ${id}: ${dispute.open ? 'open' : dispute.outcome}` : undefined;
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

const setStatus = (em: EntityManager, order: Order, payment: Payment, status: 'DISPUTED' | 'COMPLETED') =>
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

async function thaw(em: EntityManager, enqueue: Enqueue, order: Order, payment: Payment, id: string): Promise<void> {
  if (order.frozenFor !== frozenFor) return;
  await setStatus(em, order, payment, 'COMPLETED');
  await endDispute(em, order);
  await note(em, order.id, 'noted', `dispute ${id} is settled for the seller`, { dispute: id });
  for (const leg of await legsOfOrder(em, order.id)) {
    const woken = leg.status === 'PENDING' ? await wakeLeg(em, leg.id) : null;
    if (woken) enqueue(payout.jobFor(woken));
  }
}
