import type { OrderId } from '../domain/ids.ts';
import { readPayPalEvent } from '../providers/paypal/webhook.ts';
import { jobForMoney } from '../queues/next-job.ts';
import { payout } from '../queues/payout.ts';
import { Payment } from '../store/entities/order.ts';
import { legByBatch, wakeLeg } from '../store/legs.ts';
import { findOrder, orderByReference, wakeOrder } from '../store/orders.ts';
import { orderOfCapture } from '../store/payments.ts';
import type { Context } from './context.ts';
import { disputeMoved } from './dispute.ts';
import { object, type ReadEvent, text } from './event-fields.ts';
import { moneyWentBack } from './money-went-back.ts';
import { takeLateFee } from './payment-fee.ts';
import { takeReturns } from './paypal-returns.ts';
import { unreadableNews } from './unreadable-news.ts';

/** Finds what a PayPal event is about and has it read back: the event is a hint, PayPal's own answer is the fact. */
export async function paypalEvent(ctx: Context, body: Buffer, receivedAt: Date): Promise<string | undefined> {
  const { type, resource } = readPayPalEvent(body);
  if (!resource) return undefined;
  const event = { type, resource };
  return follow(ctx, event).catch(error => unreadableNews(ctx, event, receivedAt, error));
}

async function follow(ctx: Context, event: ReadEvent): Promise<string | undefined> {
  if (event.type.startsWith('CUSTOMER.DISPUTE.')) return disputeMoved(ctx, event);
  if (event.type.startsWith('PAYMENT.PAYOUTS')) return payoutNews(ctx, event);
  if (/^PAYMENT\.(CAPTURE\.(REFUNDED|REVERSED)|REFUND\.[A-Z]+)$/.test(event.type)) return moneyWentBack(ctx, event);
  if (event.type.startsWith('PAYMENT.CAPTURE.')) return captureChanged(ctx, event);
  const order = await ctx.store.read(em => orderByReference(em, 'paypal', text(event.resource, 'id') ?? ''));
  return order ? wake(ctx, order.id, `${event.type}: order ${order.id} is read back`) : undefined;
}

const wake = (ctx: Context, id: OrderId, answer: string): Promise<string> =>
  ctx.transact(async (em, enqueue) => {
    const order = await findOrder(em, id);
    if (!order || !jobForMoney(order)) return `${answer}; it is ${order?.status} already`;
    const woken = await wakeOrder(em, id);
    if (woken) enqueue(jobForMoney(woken));
    return answer;
  });

async function payoutNews(ctx: Context, event: ReadEvent): Promise<string | undefined> {
  const batchId =
    text(event.resource, 'payout_batch_id') ?? text(object(event.resource, 'batch_header'), 'payout_batch_id');
  if (!batchId) return undefined;
  return ctx.transact(async (em, enqueue) => {
    const leg = await legByBatch(em, batchId);
    const woken = leg && (await wakeLeg(em, leg.id));
    if (!woken) return undefined;
    // Also when it is paid: its money may have come back.
    enqueue(payout.jobFor(woken));
    return `${event.type}: the leg of batch ${batchId} is read back`;
  });
}

/** The capture of an order that still waits for its money is read back by the order's own job. */
async function captureChanged(ctx: Context, event: ReadEvent): Promise<string | undefined> {
  const captureId = text(event.resource, 'id');
  if (!captureId) return undefined;
  const capture = await ctx.providers.paypal.getCapture(captureId, { signal: ctx.signal });
  const order = await ctx.store.read(em => orderOfCapture(em, capture));
  if (order) await takeLateFee(ctx, order, capture);
  const payment = await ctx.store.read(em => em.findOne(Payment, { provider: 'paypal', reference: capture.id }));
  if (payment) await takeReturns(ctx, payment);
  return order ? wake(ctx, order.id, `${event.type}: capture ${captureId} is ${capture.status}`) : undefined;
}
