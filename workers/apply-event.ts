import type { EventId, OrderId } from '../domain/ids.ts';
import { type PayPalEvent, parsePayPalEvent } from '../providers/paypal/webhook.ts';
import { jobForLeg, jobForOrder } from '../queues/next-job.ts';
import { advance, type Enqueue } from '../queues/transact.ts';
import { type Order, Payment } from '../store/entities/order.ts';
import { closeEvent, findEvent } from '../store/inbound-events.ts';
import { legByBatch, wakeLeg } from '../store/legs.ts';
import type { EntityManager } from '../store/open.ts';
import { claimOrder, findOrder, orderByReference, wakeOrder } from '../store/orders.ts';
import type { Context, Processor } from './context.ts';
import { captureNews } from './paypal-captures.ts';
import { settlePayment } from './settle-payment.ts';

/** Finds what a PayPal event is about and has it read back: the event is a hint, PayPal's own answer is the fact. */
export const applyEvent: Processor<'eventId'> = async ({ eventId }, ctx) => {
  const stored = await ctx.store.read(em => findEvent(em, eventId as EventId));
  if (stored?.status !== 'RECEIVED') return 'nothing to do: the event was dealt with';
  const event = parsePayPalEvent(Buffer.from(stored.body));
  const text = await apply(ctx, event);
  await ctx.store.transaction(em => closeEvent(em, stored.id, text ? 'APPLIED' : 'IGNORED', text ?? 'not about us'));
  return text ?? 'ignored: it is about nothing of ours';
};

async function apply(ctx: Context, event: PayPalEvent): Promise<string | undefined> {
  if (event.type.startsWith('PAYMENT.PAYOUTS')) return payoutNews(ctx, event);
  if (event.type.startsWith('PAYMENT.CAPTURE.')) return captureChanged(ctx, event);
  const order = await ctx.store.read(em => orderByReference(em, 'paypal', text(event.resource, 'id') ?? ''));
  return order ? wake(ctx, order.id, `${event.type}: order ${order.id} is read back`) : undefined;
}

const wake = (ctx: Context, id: OrderId, answer: string): Promise<string> =>
  ctx.transact(async (em, enqueue) => {
    const order = await findOrder(em, id);
    if (order?.status !== 'CREATED' && order?.status !== 'CANCELLED')
      return `${answer}; it is ${order?.status} already`;
    const woken = await wakeOrder(em, id);
    if (woken) enqueue(jobForOrder(woken));
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
    enqueue(jobForLeg(woken));
    return `${event.type}: the leg of batch ${batchId} is read back`;
  });
}

/** A capture's resource is the capture; a refund's or a reversal's names it in its `up` link. */
async function captureChanged(ctx: Context, event: PayPalEvent): Promise<string | undefined> {
  const captureId = upLink(event.resource) ?? text(event.resource, 'id');
  if (!captureId) return undefined;
  const capture = await ctx.providers.paypal.getCapture(captureId, { signal: ctx.signal });
  return ctx.transact(async (em, enqueue) => {
    const order = await orderOfCapture(em, captureId, capture.orderId, capture.customId);
    if (!order) return undefined;
    const owned = await claimOrder(em, order.id, [order.status]);
    if (!owned) throw new Error(`order ${order.id} moved while its capture was read`);
    const news = captureNews(capture);
    await settlePayment(em, enqueue, owned, [news]);
    if (news.status === 'REFUNDED' || news.status === 'REVERSED')
      await stopBeforeBuying(em, enqueue, owned, news.status);
    return `${event.type}: capture ${captureId} is ${capture.status}`;
  });
}

/** Money that went back before anything was bought: a person decides, nothing is bought meanwhile. */
async function stopBeforeBuying(em: EntityManager, enqueue: Enqueue, order: Order, status: string): Promise<void> {
  if (order.status !== 'PAID' && order.status !== 'WAITING') return;
  const note = `PayPal says the payment is ${status}: nothing is bought`;
  await advance(em, enqueue, order, { to: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED', note });
}

async function orderOfCapture(
  em: EntityManager,
  captureId: string,
  paypalOrderId: string | undefined,
  customId: string | undefined,
): Promise<Order | null> {
  const known = await em.findOne(Payment, { provider: 'paypal', reference: captureId });
  if (known) return findOrder(em, known.orderId);
  if (paypalOrderId) return orderByReference(em, 'paypal', paypalOrderId);
  return customId && /^[0-9a-f-]{36}$/.test(customId) ? findOrder(em, customId as OrderId) : null;
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
