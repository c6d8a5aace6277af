import { Retryable } from '../../domain/call-outcome.ts';
import type { Order, Payment } from '../../store/entities/order.ts';
import { paymentOfCapture } from '../../store/money/payments.ts';
import type { Context } from '../context/context.ts';
import { takeMoneyOf } from './capture-payment.ts';

/**
 * The payment of a PayPal capture. News of a refund or dispute may come before the payment is booked: the capture's
 * answer was lost, or events came out of order. Then the payment is booked first. Null when no order of ours is meant.
 * @throws Retryable while the payment cannot be booked
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
