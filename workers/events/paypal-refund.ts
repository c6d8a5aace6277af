import { invariant, NotNow, Unreadable } from '../../domain/call-outcome.ts';
import { hourMs } from '../../domain/durations.ts';
import { formatMoney } from '../../domain/money.ts';
import { orderStates } from '../../domain/order.ts';
import type { Enqueue } from '../../queues/transact.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Order, Payment } from '../../store/entities/order.ts';
import { findPayment, orderOfCapture } from '../../store/money/payments.ts';
import { nextOccurrence, originalOf, type RefundNews, refundsOf } from '../../store/money/refunds.ts';
import { claimOrder, freeze } from '../../store/orders/orders.ts';
import { endFreeze } from '../../transactions/end-freeze.ts';
import { haltPurchase } from '../../transactions/halt-purchase.ts';
import { takeRefundNews } from '../../transactions/settle-returned-money.ts';
import type { Context } from '../context/context.ts';
import { ensurePaymentBooked } from '../payment/ensure-payment-booked.ts';
import { refundNews } from '../payment/paypal-status.ts';
import { captureAbove, type ReadEvent, text } from './event-fields.ts';

/** How often a pending refund is read again: PayPal does not promise an event for its end. */
const pendingAgainMs = hourMs;

/** Books a refund or reversal, made by the seller on PayPal's pages, by PayPal for a dispute, or by us. */
export async function paypalRefund(ctx: Context, event: ReadEvent): Promise<string | undefined> {
  const [refundId, captureId] = [text(event.resource, 'id'), captureAbove(event.resource)];
  if (!refundId || !captureId) return undefined;
  const { paypal } = ctx.providers;
  const kind = event.type.endsWith('.REVERSED') ? 'reversal' : 'refund';
  const told = await paypal.getRefund(refundId, { signal: ctx.signal });
  if (!told.amount)
    throw new Unreadable('PAYPAL_REFUND_WITHOUT_AMOUNT', `refund ${refundId} does not say how much it is`);
  const news = refundNews({ ...told, amount: told.amount }, kind);
  const taken = await ensurePaymentBooked(ctx, captureId, async () => {
    const capture = await paypal.getCapture(captureId, { signal: ctx.signal });
    return ctx.store.read(em => orderOfCapture(em, capture));
  });
  if (!taken) return undefined;
  await book(ctx, taken, await numbered(ctx, taken, news));
  const answer = `${event.type}: ${kind} ${refundId} is ${news.status}`;
  // The event stays open and is applied again until the refund's outcome is known.
  if (news.status === 'PENDING') throw new NotNow('REFUND_PENDING', answer, { retryAfterMs: pendingAgainMs });
  return answer;
}

/** A reversal that we won and that PayPal now reports again is a new one: it gets a reference of its own. */
async function numbered(ctx: Context, payment: Payment, news: RefundNews): Promise<RefundNews> {
  const { reference, kind, status } = news;
  if (kind !== 'reversal' || status !== 'COMPLETED') return news;
  const known = (await ctx.store.read(em => refundsOf(em, payment.id))).filter(
    ({ refund }) => originalOf(refund) === reference,
  );
  if (known.length === 0 || known.some(({ stands }) => stands.amountMinor > 0n)) return news;
  const capture = await ctx.providers.paypal.getCapture(payment.reference, { signal: ctx.signal });
  if (capture.status !== 'REVERSED') return news;
  return { ...news, reference: await ctx.store.read(em => nextOccurrence(em, reference)) };
}

const book = (ctx: Context, { id, orderId }: Payment, news: RefundNews): Promise<void> =>
  ctx.transact(async (em, enqueue) => {
    const order = await claimOrder(em, orderId, orderStates);
    invariant(order, `order ${orderId} of a payment exists`);
    await takeRefundNews({ payouts: ctx.config, em, enqueue, order }, await findPayment(em, id), news);
    await holdOrLetGo(em, enqueue, order, news);
  });

/** While a refund is pending, all money of the order is frozen. A refund that failed changes nothing. */
async function holdOrLetGo(em: EntityManager, enqueue: Enqueue, order: Order, news: RefundNews): Promise<void> {
  if (news.status === 'PENDING') {
    await freeze(em, order, 'REFUND_PENDING');
    return;
  }
  // The remaining legs fit what the sale is worth now; a dispute that is still open keeps them frozen.
  for (const over of ['REFUND_PENDING', 'DISPUTE'] as const) await endFreeze(em, enqueue, order, over);
  if (news.status === 'FAILED') return;
  await haltPurchase(
    em,
    enqueue,
    order,
    'PAYMENT_REVERSED',
    `PayPal says: ${news.kind} of ${formatMoney(news.amount)}`,
  );
}
