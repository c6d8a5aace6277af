import type { OrderId } from '../../domain/ids.ts';
import { readPayPalEvent } from '../../providers/paypal/webhook.ts';
import { enqueueWoken } from '../../queues/enqueue-woken.ts';
import { jobForMoney } from '../../queues/next-job.ts';
import type { InboundEvent } from '../../store/entities/order.ts';
import { orderOfCapture, paymentOfCapture } from '../../store/money/payments.ts';
import { findOrder, orderByReference, wakeOrder } from '../../store/orders/orders.ts';
import { atAccount } from '../connections/own-account.ts';
import type { Context } from '../context/context.ts';
import { takeLateFee } from '../payment/open-fee.ts';
import { takeReturns } from '../payment/won-back.ts';
import { latePayout } from '../payout/late-payout.ts';
import { object, type ReadEvent, text } from './event-fields.ts';
import { lateRefund } from './late-refund.ts';
import { paypalDispute } from './paypal-dispute.ts';
import { paypalRefund } from './paypal-refund.ts';
import { unreadableEvent } from './unreadable-event.ts';

/** Finds what a PayPal event is about and reads that back: the event is a hint, PayPal's own answer is the fact. */
export async function paypalEvent(ctx: Context, told: InboundEvent): Promise<string | undefined> {
  const { type, resource } = readPayPalEvent(Buffer.from(told.body));
  if (!resource) return undefined;
  const event = { type, resource };
  // An event from before accounts were told apart is the present one's.
  const follows = async () => follow(told.account ? atAccount(ctx, 'paypal', told.account) : ctx, event);
  return follows().catch(error => unreadableEvent(ctx, event, told.receivedAt, error));
}

async function follow(ctx: Context, event: ReadEvent): Promise<string | undefined> {
  if (event.type.startsWith('CUSTOMER.DISPUTE.')) return paypalDispute(ctx, event);
  if (event.type.startsWith('PAYMENT.PAYOUTS')) return payoutNews(ctx, event);
  if (/^PAYMENT\.(CAPTURE\.(REFUNDED|REVERSED)|REFUND\.[A-Z]+)$/.test(event.type)) {
    await lateRefund(ctx, event);
    return paypalRefund(ctx, event);
  }
  if (event.type.startsWith('PAYMENT.CAPTURE.')) return captureChanged(ctx, event);
  const order = await ctx.store.read(em => orderByReference(em, 'paypal', text(event.resource, 'id') ?? ''));
  return order ? wake(ctx, order.id, `${event.type}: order ${order.id} is read back`) : undefined;
}

const wake = (ctx: Context, id: OrderId, answer: string): Promise<string> =>
  ctx.transact(async (em, enqueue) => {
    const order = await findOrder(em, id);
    if (!order || !jobForMoney(order)) return `${answer}; it is ${order?.status} already`;
    await enqueueWoken(enqueue, wakeOrder(em, id), jobForMoney);
    return answer;
  });

/** Payout events, of an item or of a batch, name our key or only PayPal's batch id. */
async function payoutNews(ctx: Context, { type, resource }: ReadEvent): Promise<string | undefined> {
  const header = object(resource, 'batch_header');
  const reference = text(resource, 'payout_batch_id') ?? text(header, 'payout_batch_id');
  const key = text(resource, 'sender_batch_id') ?? text(object(header ?? {}, 'sender_batch_header'), 'sender_batch_id');
  return (
    (await latePayout(ctx, 'paypal', type, { key, reference })) ??
    // A key that we do not know may still belong to a batch that we know.
    (key === undefined ? undefined : latePayout(ctx, 'paypal', type, { reference }))
  );
}

/** Books the fee and the returns of a known capture; an order that still waits for its money is woken to read it. */
async function captureChanged(ctx: Context, event: ReadEvent): Promise<string | undefined> {
  const captureId = text(event.resource, 'id');
  if (!captureId) return undefined;
  const capture = await ctx.providers.paypal.getCapture(captureId, { signal: ctx.signal });
  const order = await ctx.store.read(em => orderOfCapture(em, capture));
  if (order) await takeLateFee(ctx, order.id, capture);
  const payment = await ctx.store.read(em => paymentOfCapture(em, capture.id));
  if (payment) await takeReturns(ctx, payment);
  return order ? wake(ctx, order.id, `${event.type}: capture ${captureId} is ${capture.status}`) : undefined;
}
