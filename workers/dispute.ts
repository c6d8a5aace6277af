import { money } from '../domain/money.ts';
import type { PayPalEvent } from '../providers/paypal/webhook.ts';
import { payout } from '../queues/payout.ts';
import type { Enqueue } from '../queues/transact.ts';
import type { Order } from '../store/entities/order.ts';
import { Payment } from '../store/entities/order.ts';
import { legsOfOrder, wakeLeg } from '../store/legs.ts';
import type { EntityManager } from '../store/open.ts';
import { claimOrder, findOrder, updateOrder } from '../store/orders.ts';
import { recordPayment } from '../store/payments.ts';
import { note } from '../store/timeline.ts';
import type { Context } from './context.ts';
import { stopOrder } from './stop-order.ts';

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
      const owned = order && (await claimOrder(em, order.id, [order.status]));
      if (!payment || !owned) return 0;
      if (dispute.open) await freeze(em, enqueue, owned, payment, id);
      else if (dispute.outcome === 'seller') await thaw(em, enqueue, owned, payment, id);
      return 1;
    });
  return orders > 0 ? `dispute ${id}: ${dispute.open ? 'open' : dispute.outcome}` : undefined;
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
  await updateOrder(em, order, { frozenFor: null });
  await note(em, order.id, 'noted', `dispute ${id} is settled for the seller`, { dispute: id });
  for (const leg of await legsOfOrder(em, order.id)) {
    const woken = leg.status === 'PENDING' ? await wakeLeg(em, leg.id) : null;
    if (woken) enqueue(payout.jobFor(woken));
  }
}
