import { Retryable } from '../../domain/call-outcome.ts';
import type { Order, Payment } from '../../store/entities/order.ts';
import { paymentOfCapture } from '../../store/money/payments.ts';
import type { Context } from '../context/context.ts';
import { takeMoneyOf } from './capture-payment.ts';

/**
 * The payment that a capture of PayPal's is. News of what became of it may come before we have it: the capture's answer
 * was lost, or events ran in another order. Then the money is taken first. Nothing when it is for no order of ours.
 * @throws Retryable while it cannot be taken
 */
export async function ensurePaymentBooked(
  ctx: Context,
  captureId: string,
  orderOf: () => Promise<Order | null>,
): Promise<Payment | null> {
  const look = () => ctx.store.read(em => paymentOfCapture(em, captureId));
  const known = await look();
  if (known) return known;
  const order = await orderOf();
  if (!order) return null;
  const answer = await takeMoneyOf(ctx, order.id);
  const taken = await look();
  if (!taken) throw new Retryable('PAYMENT_NOT_TAKEN', `capture ${captureId} of order ${order.id}: ${answer}`);
  return taken;
}
