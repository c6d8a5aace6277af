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
import { type BackAtPayPal, backAtPayPal } from '../payment/refunded-at-paypal.ts';
import { askWonBack, settleWonBack } from '../payment/won-back.ts';
import { type ReadEvent, text } from './event-fields.ts';

/**
 * While a dispute is open, nothing is bought for the order and no leg is paid. When it is closed, the order continues
 * with the money that the seller keeps: all of it, what came back of a reversal, or what a refund or reversal left.
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
 * Claims the order before it asks PayPal: a run with a newer claim has also read newer data, and the run with the older
 * claim cannot write any more. So a late answer never opens a settled dispute again.
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
      throw new Retryable('ORDER_MOVED', `order ${orderId} moved while dispute ${id} was applied`);
    });
  return dispute.open ? 'open' : (dispute.outcome ?? 'closed');
}

/** Whether we have booked everything that went back. A refund or reversal that is missing arrives as its own event. */
function isBooked(standing: readonly StandingRefund[], payment: Payment, back: BackAtPayPal): boolean {
  if (back === 'untold')
    return standing.some(({ refund, stands }) => refund.kind === 'reversal' && stands.amountMinor > 0n);
  return standingSum(standing, payment.currency).amountMinor >= back.amountMinor;
}
