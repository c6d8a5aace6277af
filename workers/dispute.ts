import { type Money, money, sum, zero } from '../domain/money.ts';
import { orderStates } from '../domain/order.ts';
import { invariant, Retryable } from '../domain/outcome.ts';
import { type Order, Payment } from '../store/entities/order.ts';
import type { EntityManager } from '../store/open.ts';
import { assertClaim, claimOrder, LostClaim } from '../store/orders.ts';
import { orderOfCapture } from '../store/payments.ts';
import { refundedOf } from '../store/refunds.ts';
import type { Context } from './context.ts';
import { type ReadEvent, text } from './event-fields.ts';
import { freeze, recordFee, thaw } from './settle-dispute.ts';
import { takenPayment } from './taken-payment.ts';

/**
 * While a buyer's complaint is open nothing is bought and no leg leaves. When it is closed everything goes on with what
 * the seller keeps: all of it, or what is left once PayPal's refund or reversal is booked.
 */
export async function disputeMoved(ctx: Context, event: ReadEvent): Promise<string | undefined> {
  const id = text(event.resource, 'dispute_id');
  if (!id) return undefined;
  const { payments } = await ctx.providers.paypal.getDispute(id, { signal: ctx.signal });
  const stands: string[] = [];
  for (const { captureId, customId } of payments) {
    const orderOf = () =>
      ctx.store.read(em => orderOfCapture(em, { id: captureId, ...(customId ? { customId } : {}) }));
    const payment = await takenPayment(ctx, captureId, orderOf);
    if (payment) stands.push(await takeDispute(ctx, id, payment));
  }
  return stands.length > 0 ? `dispute ${id}: ${stands.at(-1)}` : undefined;
}

/**
 * PayPal is asked by whoever has claimed the order: one who claims it later has also read later, and what was read
 * before that is not written any more. A dispute that is settled is not opened again by an answer that came late.
 */
async function takeDispute(ctx: Context, id: string, taken: Payment): Promise<string> {
  const { orderId } = taken;
  const order = await ctx.store.transaction(em => claimOrder(em, orderId, orderStates));
  invariant(order, `order ${orderId} of a payment exists`);
  const dispute = await ctx.providers.paypal.getDispute(id, { signal: ctx.signal });
  const back = dispute.open ? undefined : await wentBack(ctx, taken);
  await ctx
    .transact(async (em, enqueue) => {
      await assertClaim(em, order);
      const payment = await em.findOneOrFail(Payment, { id: taken.id });
      await recordFee(em, order, payment, dispute);
      if (!back) await freeze(em, enqueue, order, payment, id);
      else if (dispute.outcome === 'seller' || (await isBooked(em, order, back)))
        await thaw(em, enqueue, order, payment, dispute);
    })
    .catch(error => {
      if (!(error instanceof LostClaim)) throw error;
      throw new Retryable('ORDER_MOVED', `order ${orderId} moved while dispute ${id} was taken`);
    });
  return dispute.open ? 'open' : (dispute.outcome ?? 'closed');
}

/** What PayPal says has gone back of a payment by now. */
async function wentBack(ctx: Context, { reference, amountMinor, currency }: Payment): Promise<Money> {
  const { paypal } = ctx.providers;
  const capture = await paypal.getCapture(reference, { signal: ctx.signal });
  if (capture.status === 'COMPLETED') return zero(currency);
  const whole = money(amountMinor, currency);
  if (capture.status !== 'PARTIALLY_REFUNDED' || !capture.orderId) return whole;
  const shown = await paypal.getOrder(capture.orderId, { signal: ctx.signal });
  const done = shown?.refunds.filter(
    ({ status, captureId = reference }) => status === 'COMPLETED' && captureId === reference,
  );
  return done
    ? sum(
        done.map(({ amount }) => amount),
        currency,
      )
    : whole;
}

/** Whether we have booked all that went back. What is missing is told by an event of its own. */
const isBooked = async (em: EntityManager, { id }: Order, back: Money): Promise<boolean> =>
  (await refundedOf(em, id, back.currency)).amountMinor >= back.amountMinor;
