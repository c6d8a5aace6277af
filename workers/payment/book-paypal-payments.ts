import { type PayPalOrder, refundsOfCapture } from '../../providers/paypal/order.ts';
import type { Order, Payment } from '../../store/entities/order.ts';
import { paymentsOf } from '../../store/money/payments.ts';
import { refundsOf, standingSum } from '../../store/money/refunds.ts';
import { assertClaim } from '../../store/orders/orders.ts';
import { type PaymentNews, settlePayment } from '../../transactions/settle-payment.ts';
import { type Given, settleReturns, takeRefundNews } from '../../transactions/settle-returned-money.ts';
import { payPalOf } from '../connections/own-account.ts';
import type { Context } from '../context/context.ts';
import { captureNews, refundNews } from './paypal-status.ts';

/** Reads the order at PayPal; undefined when there is none, or PayPal has forgotten it. */
export const readPayPalOrder = async (ctx: Context, order: Order): Promise<PayPalOrder | undefined> =>
  order.externalOrderId ? payPalOf(ctx, order).getOrder(order.externalOrderId, { signal: ctx.signal }) : undefined;

/** Books the captures and refunds that PayPal shows; an order that waited for its payment moves. @throws LostClaim */
export async function bookPayPalPayments(
  ctx: Context,
  order: Order,
  shown: PayPalOrder,
): Promise<readonly PaymentNews[]> {
  const news = shown.captures.map(captureNews);
  await ctx.transact(async (em, enqueue) => {
    await assertClaim(em, order);
    await settlePayment(em, enqueue, order, news);
    for (const payment of await paymentsOf(em, order.id))
      await takeRefundsOf({ payouts: ctx.config, em, enqueue, order }, payment, shown);
  });
  return news;
}

async function takeRefundsOf(given: Given, payment: Payment, shown: PayPalOrder): Promise<void> {
  const capture = shown.captures.find(({ id }) => id === payment.reference);
  const kind = capture?.status === 'REVERSED' ? 'reversal' : 'refund';
  for (const refund of refundsOfCapture(shown, payment.reference))
    await takeRefundNews(given, payment, refundNews(refund, kind));
  if (capture?.status !== 'COMPLETED') return;
  const reversals = (await refundsOf(given.em, payment.id)).filter(({ refund }) => refund.kind === 'reversal');
  await settleReturns(given, payment, reversals, standingSum(reversals, payment.currency));
}
