import { invariant, Retryable } from '../../domain/call-outcome.ts';
import { orderStates } from '../../domain/order.ts';
import { refundStateOf } from '../../providers/paypal/to-domain.ts';
import { LostClaim } from '../../store/database/due-row.ts';
import type { Order, Payment } from '../../store/entities/order.ts';
import { findPayment } from '../../store/money/payments.ts';
import { originalOf, refundsOf, type StandingRefund, standingSum } from '../../store/money/refunds.ts';
import { assertClaim, claimOrder } from '../../store/orders/orders.ts';
import { type Given, settleReturns } from '../../transactions/settle-returned-money.ts';
import { payPalOf } from '../connections/own-account.ts';
import type { Context } from '../context/context.ts';

/** Row ids of a payment's reversals whose money has come back. */
type WonBack = ReadonlySet<string>;

const standingReversals = (known: readonly StandingRefund[]): StandingRefund[] =>
  known.filter(({ refund, stands }) => refund.kind === 'reversal' && stands.amountMinor > 0n);

/**
 * Asks PayPal which reversals of a payment have come back: all of them where the capture is COMPLETED again, otherwise
 * those whose own status says so. The caller has claimed the order before, and books the answer with `settleWonBack`.
 */
export async function askWonBack(ctx: Context, order: Order, { id, reference }: Payment): Promise<WonBack> {
  const reversals = standingReversals(await ctx.store.read(em => refundsOf(em, id)));
  if (reversals.length === 0) return new Set();
  const paypal = payPalOf(ctx, order);
  const capture = await paypal.getCapture(reference, { signal: ctx.signal });
  if (capture.status === 'COMPLETED') return new Set(reversals.map(({ refund }) => refund.id));
  const won = new Set<string>();
  for (const { refund } of reversals) {
    const told = await paypal.getRefund(originalOf(refund), { signal: ctx.signal });
    if (refundStateOf(told.status) === 'FAILED') won.add(refund.id);
  }
  return won;
}

/** The caller must have claimed the order before it asked PayPal. */
export async function settleWonBack(given: Given, payment: Payment, won: WonBack): Promise<void> {
  if (won.size === 0) return;
  const standing = (await refundsOf(given.em, payment.id)).filter(({ refund }) => won.has(refund.id));
  await settleReturns(given, payment, standing, standingSum(standing, payment.currency));
}

/**
 * Books the reversals of a payment whose money has come back.
 * @throws Retryable when the order moved meanwhile
 */
export async function takeReturns(ctx: Context, { orderId, id }: Payment): Promise<void> {
  if (standingReversals(await ctx.store.read(em => refundsOf(em, id))).length === 0) return;
  const order = await ctx.store.transaction(em => claimOrder(em, orderId, orderStates));
  invariant(order, `order ${orderId} of a payment exists`);
  const payment = await ctx.store.read(em => findPayment(em, id));
  const won = await askWonBack(ctx, order, payment);
  await ctx
    .transact(async (em, enqueue) => {
      await assertClaim(em, order);
      await settleWonBack({ payouts: ctx.config, em, enqueue, order }, payment, won);
    })
    .catch(error => {
      if (!(error instanceof LostClaim)) throw error;
      throw new Retryable('ORDER_MOVED', `order ${orderId} moved while a returned reversal was booked`);
    });
}
