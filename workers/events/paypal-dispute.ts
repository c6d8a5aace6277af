import { invariant, Retryable } from '../../domain/call-outcome.ts';
import { orderStates } from '../../domain/order.ts';
import { LostClaim } from '../../store/database/due-row.ts';
import type { Payment } from '../../store/entities/order.ts';
import { findPayment, orderOfCapture } from '../../store/money/payments.ts';
import { refundsOf, type StandingRefund, standingSum } from '../../store/money/refunds.ts';
import { assertClaim, claimOrder } from '../../store/orders/orders.ts';
import { openDispute, recordDisputeFee, settleDispute } from '../../transactions/settle-dispute.ts';
import { payPalOf } from '../connections/own-account.ts';
import type { Context } from '../context/context.ts';
import { ensurePaymentBooked } from '../payment/ensure-payment-booked.ts';
import { type BackAtPayPal, backAtPayPal } from '../payment/paypal-refunds.ts';
import { askWonBack, settleWonBack } from '../payment/won-back.ts';
import { type ReadEvent, text } from './event-fields.ts';

/**
 * While a buyer's complaint is open nothing is bought and no leg leaves. When it is closed everything goes on with what
 * the seller keeps: all of it, what came again of a reversal, or what is left once PayPal's refund or reversal is booked.
 */
export async function paypalDispute(ctx: Context, event: ReadEvent): Promise<string | undefined> {
  const id = text(event.resource, 'dispute_id');
  if (!id) return undefined;
  const { payments } = await ctx.providers.paypal.getDispute(id, { signal: ctx.signal });
  const stands: string[] = [];
  for (const { captureId, customId } of payments) {
    const orderOf = () =>
      ctx.store.read(em => orderOfCapture(em, { id: captureId, ...(customId ? { customId } : {}) }));
    const payment = await ensurePaymentBooked(ctx, captureId, orderOf);
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
  const back = dispute.open ? undefined : await backAtPayPal(payPalOf(ctx, order), taken, { signal: ctx.signal });
  const won = await askWonBack(ctx, order, taken);
  await ctx
    .transact(async (em, enqueue) => {
      await assertClaim(em, order);
      const payment = await findPayment(em, taken.id);
      await recordDisputeFee(em, order, payment, dispute);
      if (!back) return openDispute(em, enqueue, order, payment, id);
      await settleWonBack({ payouts: ctx.config, em, enqueue, order }, payment, won);
      if (dispute.outcome === 'seller' || isBooked(await refundsOf(em, payment.id), payment, back))
        await settleDispute(em, enqueue, order, payment, dispute);
    })
    .catch(error => {
      if (!(error instanceof LostClaim)) throw error;
      throw new Retryable('ORDER_MOVED', `order ${orderId} moved while dispute ${id} was taken`);
    });
  return dispute.open ? 'open' : (dispute.outcome ?? 'closed');
}

/** Whether we have booked all that went back. What is missing is told by an event of its own. */
function isBooked(standing: readonly StandingRefund[], payment: Payment, back: BackAtPayPal): boolean {
  if (back === 'untold')
    return standing.some(({ refund, stands }) => refund.kind === 'reversal' && stands.amountMinor > 0n);
  return standingSum(standing, payment.currency).amountMinor >= back.amountMinor;
}
