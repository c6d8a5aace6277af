import type { Terminal } from '../domain/outcome.ts';
import type { PayPalOrder } from '../providers/paypal/order.ts';
import { moneyMayCome } from '../queues/next-job.ts';
import { once, standingEffect } from '../store/effects.ts';
import type { Order } from '../store/entities/order.ts';
import { assertOwner, leaveToDeed, updateOrder } from '../store/orders.ts';
import { note } from '../store/timeline.ts';
import { type Context, onceContext, type Processor } from './context.ts';
import { move, orderStep, recheck } from './order-step.ts';
import { readPayPalOrder, takeMoney } from './take-money.ts';

/** PayPal forgets an order that nobody approved after about six hours. */
const approvalWindowMs = 6 * 3_600_000;
/** It keeps the key of a capture for six hours: ours is not sent again after five. */
const resendForMs = 5 * 3_600_000;
/** How often an order is asked after that its buyer left; webhooks and the buyer's return come first. */
const askAgainMs = 15 * 60_000;
const pendingAgainMs = 5 * 60_000;

/**
 * Captures what the buyer approved at our own checkout; finds a capture whose answer was lost. For an order that is
 * over, or waits for a person, nothing is captured: what PayPal has taken for it all the same is booked.
 */
export const capturePayment: Processor<'orderId'> = ({ orderId }, ctx) =>
  orderStep(
    ctx,
    { queue: 'capture-payment', id: orderId, from: ['CREATED', ...moneyMayCome] },
    async order => {
      const paypalOrder = await readPayPalOrder(ctx, order);
      if (!paypalOrder) return forgotten(ctx, order);
      if (paypalOrder.captures.length > 0) {
        await closeIntent(ctx, order, paypalOrder.id);
        return take(ctx, order, paypalOrder);
      }
      if (order.status !== 'CREATED') return leave(ctx, order, `${order.status}, and nothing was captured`);
      if (paypalOrder.status !== 'APPROVED') return recheck(ctx, order, askAgainMs, 'the buyer has not approved yet');
      await capture(ctx, order, paypalOrder.id);
      const captured = await readPayPalOrder(ctx, order);
      return captured ? take(ctx, order, captured) : recheck(ctx, order, pendingAgainMs, 'captured, not read yet');
    },
    declined,
  );

const capture = (ctx: Context, order: Order, paypalOrderId: string): Promise<{ paypalOrderId: string }> =>
  once(onceContext(ctx), {
    purpose: 'capture',
    subject: order.id,
    route: 'paypal',
    account: ctx.config.paypal.clientId,
    environment: ctx.config.paypal.environment,
    keyFor: generation => `capture-${order.id}-${generation}`,
    freeze: () => paypalOrderId,
    resendForMs,
    deduplicates: true,
    assertOwner: em => assertOwner(em, order),
    find: async effect => {
      const found = await ctx.providers.paypal.getOrder(effect.request, { signal: ctx.signal });
      if (!found) return { answer: 'UNKNOWN' };
      return found.captures.length > 0 ? { answer: 'FOUND', result: { paypalOrderId } } : { answer: 'ABSENT' };
    },
    send: async effect => {
      await ctx.providers.paypal.captureOrder(effect.request, effect.idempotencyKey, { signal: ctx.signal });
      return { paypalOrderId };
    },
    record: (em, _result, effect) =>
      note(em, order.id, 'effect', 'captured at PayPal', { key: effect.idempotencyKey, paypalOrder: paypalOrderId }),
  });

/** The money is there: an intent whose answer was lost has happened. */
async function closeIntent(ctx: Context, order: Order, paypalOrderId: string): Promise<void> {
  const intent = await ctx.store.read(em => standingEffect(em, 'capture', order.id));
  if (intent?.status === 'OPEN') await capture(ctx, order, paypalOrderId);
}

async function take(ctx: Context, order: Order, shown: PayPalOrder): Promise<string> {
  const news = await takeMoney(ctx, order, shown);
  if (order.status === 'PAID') return order.status;
  if (news.some(({ status }) => status === 'PENDING'))
    return recheck(ctx, order, pendingAgainMs, 'PayPal holds the payment: PENDING is not paid');
  if (order.status !== 'CREATED') return leave(ctx, order, order.status);
  return recheck(ctx, order, askAgainMs, 'the payment was declined; the buyer may try again');
}

/** An order that rests is looked at again when PayPal tells of it, and not before. */
async function leave(ctx: Context, order: Order, text: string): Promise<string> {
  await ctx.store.transaction(em => leaveToDeed(em, order));
  return text;
}

/** No PayPal order, or none any more. Before its time is over that proves nothing. */
async function forgotten(ctx: Context, order: Order): Promise<string> {
  if (order.status !== 'CREATED') return leave(ctx, order, `${order.status}, and PayPal knows of nothing`);
  if (ctx.now().getTime() - order.createdAt.getTime() < approvalWindowMs)
    return recheck(ctx, order, askAgainMs, 'PayPal does not know the order yet');
  return move(ctx, order, { to: 'CANCELLED', note: 'never approved by the buyer' });
}

/** The buyer may choose another way to pay: the order stays open, and only the buyer's return tries again. */
async function declined(order: Order, refusal: Terminal, ctx: Context): Promise<string> {
  if (order.status !== 'CREATED') return recheck(ctx, order, askAgainMs, `cannot be read: ${refusal.message}`);
  const windowEnd = new Date(order.createdAt.getTime() + approvalWindowMs);
  await ctx.store.transaction(async em => {
    await updateOrder(em, order, { nextCheckAt: windowEnd });
    await note(em, order.id, 'tried', `PayPal declined the capture: ${refusal.code}`, { code: refusal.code });
  });
  return `declined (${refusal.code}); the buyer may try again`;
}
