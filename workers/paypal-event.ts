import type { OrderId } from '../domain/ids.ts';
import { formatMoney } from '../domain/money.ts';
import { Retryable } from '../domain/outcome.ts';
import { type PayPalEvent, parsePayPalEvent } from '../providers/paypal/webhook.ts';
import { endFreeze } from '../queues/end-freeze.ts';
import { jobForMoney } from '../queues/next-job.ts';
import { payout } from '../queues/payout.ts';
import { settleRefund } from '../queues/settle-refund.ts';
import { Payment } from '../store/entities/order.ts';
import { legByBatch, wakeLeg } from '../store/legs.ts';
import { claimOrder, findOrder, orderByReference, wakeOrder } from '../store/orders.ts';
import { orderOfCapture } from '../store/payments.ts';
import type { Context } from './context.ts';
import { disputeMoved } from './dispute.ts';
import { refundNews } from './paypal-captures.ts';
import { stopOrder } from './stop-order.ts';
import { takenPayment } from './taken-payment.ts';

/** Finds what a PayPal event is about and has it read back: the event is a hint, PayPal's own answer is the fact. */
export async function paypalEvent(ctx: Context, body: Buffer): Promise<string | undefined> {
  const event = parsePayPalEvent(body);
  if (event.type.startsWith('CUSTOMER.DISPUTE.')) return disputeMoved(ctx, event);
  if (event.type.startsWith('PAYMENT.PAYOUTS')) return payoutNews(ctx, event);
  if (/^PAYMENT\.CAPTURE\.(REFUNDED|REVERSED)$/.test(event.type)) return moneyWentBack(ctx, event);
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

async function payoutNews(ctx: Context, event: PayPalEvent): Promise<string | undefined> {
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
async function captureChanged(ctx: Context, event: PayPalEvent): Promise<string | undefined> {
  const captureId = text(event.resource, 'id');
  if (!captureId) return undefined;
  const capture = await ctx.providers.paypal.getCapture(captureId, { signal: ctx.signal });
  const order = await ctx.store.read(em => orderOfCapture(em, capture));
  return order ? wake(ctx, order.id, `${event.type}: capture ${captureId} is ${capture.status}`) : undefined;
}

/** The resource of a refund or a reversal is the refund; the capture it is of is in its `up` link. */
async function moneyWentBack(ctx: Context, event: PayPalEvent): Promise<string | undefined> {
  const [refundId, captureId] = [text(event.resource, 'id'), upLink(event.resource)];
  if (!refundId || !captureId) return undefined;
  const kind = event.type.endsWith('.REVERSED') ? 'reversal' : 'refund';
  const news = refundNews(await ctx.providers.paypal.getRefund(refundId, { signal: ctx.signal }), kind);
  const taken = await takenPayment(ctx, captureId, async () => {
    const capture = await ctx.providers.paypal.getCapture(captureId, { signal: ctx.signal });
    return ctx.store.read(em => orderOfCapture(em, capture));
  });
  if (!taken) return undefined;
  return ctx.transact(async (em, enqueue) => {
    const payment = await em.findOneOrFail(Payment, { id: taken.id });
    const order = await findOrder(em, payment.orderId);
    if (!order) return undefined;
    const owned = await claimOrder(em, order.id, [order.status]);
    if (!owned) throw new Retryable('ORDER_MOVED', `order ${order.id} moved while money that went back was booked`);
    await settleRefund(em, owned, payment, news);
    // The legs that are left fit what the sale is worth now; a dispute that is still open goes on holding them.
    await endFreeze(em, enqueue, owned, 'DISPUTE');
    await stopOrder(em, enqueue, owned, 'PAYMENT_REVERSED', `PayPal says: ${kind} of ${formatMoney(news.amount)}`);
    return `${event.type}: ${kind} ${refundId} is ${news.status}`;
  });
}

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const text = (fields: Fields | undefined, key: string): string | undefined =>
  typeof fields?.[key] === 'string' ? fields[key] : undefined;
const object = (fields: Fields, key: string): Fields | undefined => (isObject(fields[key]) ? fields[key] : undefined);

function upLink({ links }: Fields): string | undefined {
  const up = Array.isArray(links) ? links.find(link => isObject(link) && link.rel === 'up') : undefined;
  return /\/captures\/([A-Z0-9]{6,40})$/.exec(text(up, 'href') ?? '')?.[1];
}
