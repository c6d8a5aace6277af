import { refusalIn, Terminal, Unreadable } from '../../domain/call-outcome.ts';
import { hourMs } from '../../domain/durations.ts';
import type { OrderId } from '../../domain/ids.ts';
import { approvedWithinMs } from '../../domain/payment.ts';
import { afterRefusal, CaptureRefused } from '../../providers/paypal/capture-refused.ts';
import type { PayPalOrder } from '../../providers/paypal/order.ts';
import { moneyMayCome } from '../../queues/next-job.ts';
import { isInDoubt, newestEffect } from '../../store/effects/effects.ts';
import { askedInThisRun } from '../../store/effects/intent.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Order } from '../../store/entities/order.ts';
import { assertOwner, updateOrder, waitForAction } from '../../store/orders/orders.ts';
import { note } from '../../store/orders/timeline.ts';
import { once, Unproven } from '../../store/send-once.ts';
import { isPresentAccount, payPalOf } from '../connections/own-account.ts';
import { type Context, onceContext, type Processor } from '../context/context.ts';
import { move, orderStep, recheck } from '../step/order-step.ts';
import { bookPayPalPayments, readPayPalOrder } from './book-paypal-payments.ts';

/** PayPal forgets an order that nobody approved after about six hours. */
const approvalWindowMs = 6 * hourMs;
/** PayPal keeps the idempotency key of a capture for six hours: ours is not sent again after five. */
const resendForMs = 5 * hourMs;
/** How often PayPal is asked about an order that it does not show, or whose payment may be under way. */
const askAgainMs = 15 * 60_000;
/**
 * The ages at which PayPal is asked about an order whose buyer left. Few, because anybody can open any number of
 * checkouts, and a webhook, the feed of events or the buyer's return reports an approval long before.
 */
const askedAtMs = [
  600_000,
  hourMs,
  3 * hourMs,
  4.5 * hourMs,
  approvalWindowMs,
  // PayPal's window begins a little later than ours.
  approvalWindowMs + askAgainMs,
  approvedWithinMs,
];
const pendingAgainMs = 5 * 60_000;

const ageOf = (ctx: Context, { createdAt }: Order): number => ctx.now().getTime() - createdAt.getTime();

function untilNextQuestion(ctx: Context, order: Order): number {
  const age = ageOf(ctx, order);
  return (askedAtMs.find(at => at > age) ?? age + askAgainMs) - age;
}

const windowEnd = ({ createdAt }: Order): Date => new Date(createdAt.getTime() + approvalWindowMs);

export const capturePayment: Processor<'orderId'> = ({ orderId }, ctx) => takeMoneyOf(ctx, orderId as OrderId);

/**
 * Captures the payment that the buyer approved at our checkout, and finds a capture whose answer was lost. For an order
 * that is over, or in review, nothing is captured, but a capture that PayPal shows is booked.
 */
export const takeMoneyOf = (ctx: Context, id: OrderId): Promise<string> =>
  orderStep(
    ctx,
    { queue: 'capture-payment', id, from: ['CREATED', ...moneyMayCome] },
    async order => {
      const intent = await ctx.store.read(em => newestEffect(em, 'capture', order.id));
      const paypalOrder = await readPayPalOrder(ctx, order);
      if (paypalOrder && paypalOrder.captures.length > 0) {
        // PayPal shows a capture, so an open intent has happened: `capture` finds and closes it.
        if (intent?.status === 'OPEN') await capture(ctx, order, paypalOrder.id);
        return take(ctx, order, paypalOrder);
      }
      const known = paypalOrder ? 'nothing was captured' : 'PayPal knows of nothing';
      if (order.status !== 'CREATED') return leave(ctx, order, `${order.status}, and ${known}`);
      if (!paypalOrder && intent && isInDoubt(intent) && isForgotten(ctx, intent)) throw new Unproven(intent);
      if (intent?.status === 'DONE' || (!paypalOrder && isInDoubt(intent))) throw notShown(order);
      if (!paypalOrder) return forgotten(ctx, order);
      if (paypalOrder.status !== 'APPROVED') return notApproved(ctx, order);
      if (!isPresentAccount(ctx, order)) return accountReplaced(ctx, order, intent);
      if (intent?.status === 'DISPROVEN' && ageOf(ctx, order) >= approvalWindowMs) return declinedForGood(ctx, order);
      const refusal = await capture(ctx, order, paypalOrder.id).catch(refusalIn);
      if (refusal instanceof Terminal) return declined(ctx, order, refusal);
      const captured = await readPayPalOrder(ctx, order);
      if (!captured || captured.captures.length === 0)
        return recheck(ctx, order, pendingAgainMs, { note: 'captured, not shown yet' });
      return take(ctx, order, captured);
    },
    unread,
  );

/** PayPal has forgotten the key by now: nobody can prove any more whether the capture happened. */
const isForgotten = ({ now }: Context, { firstSentAt }: Effect): boolean =>
  now().getTime() - (firstSentAt?.getTime() ?? 0) > resendForMs;

/** The payment is asked for again; after an hour a person looks at PayPal. */
const notShown = ({ externalOrderId }: Order): Unreadable =>
  new Unreadable(
    'PAYPAL_CAPTURE_NOT_SHOWN',
    `PayPal order ${externalOrderId} was or may be captured, and shows no payment`,
  );

const capture = (ctx: Context, order: Order, paypalOrderId: string): Promise<{ paypalOrderId: string }> =>
  once(onceContext(ctx), {
    purpose: 'capture',
    subject: order.id,
    route: 'paypal',
    account: order.paypalAccount ?? ctx.config.paypal.clientId,
    environment: ctx.config.paypal.environment,
    // A random key is enough here: PayPal captures an order only once, and shows the capture under its own id.
    keyFor: (_em, number) => `capture-${order.id}-${number}`,
    freeze: () => paypalOrderId,
    resendForMs,
    deduplicates: true,
    // This run has just read PayPal's order: approved, and nothing captured.
    mayStillLeave: askedInThisRun,
    assertOwner: em => assertOwner(em, order),
    find: async effect => {
      const found = await payPalOf(ctx, order).getOrder(effect.request, { signal: ctx.signal });
      if (!found) return { answer: 'UNKNOWN' };
      return found.captures.length > 0 ? { answer: 'FOUND', result: { paypalOrderId } } : { answer: 'ABSENT' };
    },
    send: async (effect, departure) => {
      await ctx.providers.paypal.captureOrder(effect.request, effect.idempotencyKey, {
        signal: ctx.signal,
        departure,
      });
      return { paypalOrderId };
    },
    record: (em, _result, effect) =>
      note(em, order.id, 'effect', 'captured at PayPal', { key: effect.idempotencyKey, paypalOrder: paypalOrderId }),
  });

async function take(ctx: Context, order: Order, shown: PayPalOrder): Promise<string> {
  const news = await bookPayPalPayments(ctx, order, shown);
  if (order.status === 'PAID') return order.status;
  if (news.some(({ status }) => status === 'PENDING'))
    return recheck(ctx, order, pendingAgainMs, { note: 'PayPal holds the payment: PENDING is not paid' });
  if (order.status !== 'CREATED') return leave(ctx, order, order.status);
  // PayPal's order is completed although the payment was declined: it cannot be approved again.
  if (ageOf(ctx, order) >= approvalWindowMs) return declinedForGood(ctx, order);
  return recheck(ctx, order, approvalWindowMs - ageOf(ctx, order), {
    note: 'the payment was declined; the buyer may begin again',
  });
}

/** The order rests until an event from PayPal wakes it. */
async function leave(ctx: Context, order: Order, text: string): Promise<string> {
  await ctx.store.transaction(em => waitForAction(em, order));
  return text;
}

/** PayPal does not know the order. Before the approval window is over, that proves nothing. */
async function forgotten(ctx: Context, order: Order): Promise<string> {
  if (ageOf(ctx, order) < approvalWindowMs)
    return recheck(ctx, order, untilNextQuestion(ctx, order), { note: 'PayPal does not know the order yet' });
  return move(ctx, order, { to: 'CANCELLED', note: 'never approved by the buyer' });
}

async function notApproved(ctx: Context, order: Order): Promise<string> {
  if (ageOf(ctx, order) < approvedWithinMs)
    return recheck(ctx, order, untilNextQuestion(ctx, order), { note: 'the buyer has not approved yet' });
  return move(ctx, order, { to: 'CANCELLED', note: 'not approved by the buyer within a day' });
}

/**
 * Our PayPal account was replaced before the payment was captured: nothing is captured with the old account any more.
 * A capture that was sent with it may still appear.
 */
async function accountReplaced(ctx: Context, order: Order, intent: Effect | null): Promise<string> {
  const text = `PayPal account ${order.paypalAccount} was replaced before the payment was captured`;
  if (isInDoubt(intent)) return recheck(ctx, order, askAgainMs, { note: text });
  if (ageOf(ctx, order) < approvalWindowMs) return recheck(ctx, order, untilNextQuestion(ctx, order), { note: text });
  return move(ctx, order, { to: 'CANCELLED', note: text });
}

const declinedForGood = (ctx: Context, order: Order): Promise<string> =>
  move(ctx, order, { to: 'CANCELLED', note: 'the payment was declined, and not made in another way' });

/**
 * The buyer may choose another way to pay: the order stays open, and only the buyer's return tries again. That capture
 * has a new key, because PayPal may repeat its old answer to this one.
 */
async function declined(ctx: Context, order: Order, refusal: Terminal): Promise<string> {
  const { code } = refusal;
  if (afterRefusal(code) === 'seller')
    ctx.log.error({ orderId: order.id, code, reference: refusal.reference }, 'PayPal takes no payments for us');
  if (ageOf(ctx, order) >= approvalWindowMs) return declinedForGood(ctx, order);
  const approveUrl = refusal instanceof CaptureRefused ? refusal.approveUrl : undefined;
  await ctx.store.transaction(async em => {
    await updateOrder(em, order, { nextCheckAt: windowEnd(order), ...(approveUrl ? { approveUrl } : {}) });
    await note(em, order.id, 'tried', `PayPal declined the capture: ${code}`, {
      code,
      ...(refusal.reference ? { reference: refusal.reference } : {}),
    });
  });
  return `declined (${code}); the buyer may try again`;
}

/** PayPal does not let us read the order, which proves nothing about the payment; after a day a person looks. */
async function unread(order: Order, { message }: Terminal, ctx: Context): Promise<string> {
  const text = `PayPal does not show its order: ${message}`;
  if (order.status !== 'CREATED' || ageOf(ctx, order) < approvedWithinMs)
    return recheck(ctx, order, askAgainMs, { note: text });
  return move(ctx, order, { to: 'NEEDS_REVIEW', reason: 'UNREADABLE_ANSWER', note: text });
}
