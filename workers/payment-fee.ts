/**
 * What a channel keeps of a payment, when it does not say so at once: the fee table's estimate is booked, and the sale is
 * put off for some hours in which PayPal is asked. After them it is booked with the estimate, and what PayPal says later
 * is the platform's own gain or loss.
 */
import { expectedFees, feeTable, platformCurrency } from '../domain/fees.ts';
import { formatMoney, type Money, money, percentOf, subtract, sum } from '../domain/money.ts';
import type { Channel } from '../domain/order.ts';
import { isFailure, Retryable } from '../domain/outcome.ts';
import { feeCorrected, feeTakenElsewhere } from '../domain/postings.ts';
import type { Capture } from '../providers/paypal/order.ts';
import { bearKeptFees } from '../queues/kept-fees.ts';
import { timeOf } from '../store/clock.ts';
import { type Order, Payment } from '../store/entities/order.ts';
import { feeIn } from '../store/fee-currency.ts';
import { freshRate } from '../store/fx.ts';
import { post, postingsOf } from '../store/ledger.ts';
import type { EntityManager } from '../store/open.ts';
import { assertClaim, claimOrder, custodyOf } from '../store/orders.ts';
import { paymentsOf, recordPayment } from '../store/payments.ts';
import { findSale } from '../store/sales.ts';
import { note } from '../store/timeline.ts';
import type { Context } from './context.ts';
import { payPalOf } from './own-account.ts';
import { captureNews } from './paypal-captures.ts';

/** For so long the sale waits for a fee that PayPal has not said. */
const patienceMs = 6 * 3_600_000;

/** A rate of any age will do for the fixed part; without one only the percentage is known. */
export async function estimatedFee(em: EntityManager, channel: Channel, amount: Money): Promise<Money> {
  const rate = await freshRate(em, platformCurrency, amount.currency, { notBefore: new Date(0), now: timeOf(em) });
  if (!rate && channel === 'paypal') return percentOf(amount, feeTable.paypal.percent);
  // A marketplace's fee is a percentage alone.
  const { marketplaceFee, paymentFee } = expectedFees(
    channel,
    amount,
    rate ?? { base: 'USD', quote: amount.currency, rate: '1' },
  );
  return channel === 'paypal' ? paymentFee : marketplaceFee;
}

/** Books what the channel kept more or less than was booked with the payment. The caller owns the order. */
export async function correctFee(em: EntityManager, order: Order, payment: Payment): Promise<void> {
  const { reference, provider, currency } = payment;
  const booked = await postingsOf(em, order.id, provider, [`paid:${reference}`, `fee:${reference}`]);
  const fees = booked.filter(({ account }) => account.startsWith('fees:')).map(({ amount }) => amount);
  const [kept, estimated] = [money(payment.feeMinor ?? 0n, currency), sum(fees, currency)];
  await bookTold(em, order, payment);
  const difference = subtract(kept, estimated);
  if (difference.amountMinor === 0n) return;
  const saleBooked = (await findSale(em, order.id)) !== null;
  const sale = { channel: order.channel, custody: custodyOf(order), reseller: order.userId };
  const postings = feeCorrected({ ...sale, difference, saleBooked });
  await post(em, { source: provider, event: `fee:${reference}`, orderId: order.id, postings });
  const text = `${provider} kept ${formatMoney(kept)} where ${formatMoney(estimated)} was estimated`;
  await note(em, order.id, 'noted', saleBooked ? `${text}, after the sale was booked` : text, { provider, reference });
  if (order.status === 'REFUNDED') await bearKeptFees(em, order);
}

/** A fee that was taken in another currency has left there, and not where the payment lies. */
async function bookTold(em: EntityManager, order: Order, payment: Payment): Promise<void> {
  const { reference, provider, currency, feeMinor, feeToldMinor, feeToldCurrency, feeRate, feeRateSource } = payment;
  if (feeMinor == null || feeToldMinor == null || !feeToldCurrency) return;
  const [converted, told] = [money(feeMinor, currency), money(feeToldMinor, feeToldCurrency)];
  const postings = feeTakenElsewhere({ channel: order.channel, custody: custodyOf(order), converted, told });
  if (!(await post(em, { source: provider, event: `fee-currency:${reference}`, orderId: order.id, postings }))) return;
  const text = `${provider} kept ${formatMoney(told)}: ${formatMoney(converted)} at ${feeRate} (${feeRateSource})`;
  await note(em, order.id, 'noted', text, { provider, reference });
}

/** Asks PayPal for the fees that it has not said. True while one is open, and the sale may still wait for it. */
export async function awaitsFee(ctx: Context, order: Order): Promise<boolean> {
  const left = await askOpenFees(ctx, order);
  return left.some(({ createdAt }) => ctx.now().getTime() < createdAt.getTime() + patienceMs);
}

/** Gives the payments whose fee PayPal does not say now either. */
export async function askOpenFees(ctx: Context, order: Order): Promise<Payment[]> {
  for (const payment of await openFees(ctx, order)) await askFee(ctx, order, payment);
  return openFees(ctx, order);
}

const openFees = async (ctx: Context, order: Order): Promise<Payment[]> =>
  (await ctx.store.read(em => paymentsOf(em, order.id))).filter(
    ({ provider, feeEstimated }) => provider === 'paypal' && feeEstimated,
  );

/** Nobody needs the answer: that PayPal cannot be asked now is as if it had not said it. */
async function askFee(ctx: Context, order: Order, { reference }: Payment): Promise<void> {
  try {
    const capture = await payPalOf(ctx, order).getCapture(reference, { signal: ctx.signal });
    await ctx.store.transaction(async em => {
      await assertClaim(em, order);
      await takeFee(em, order, capture);
    });
  } catch (error) {
    if (!isFailure(error)) throw error;
    ctx.log.warn({ orderId: order.id, reference, code: error.code }, 'the fee of a payment cannot be asked for');
  }
}

/** PayPal tells of a capture whose fee we have only estimated, wherever its order is by now. */
export async function takeLateFee(ctx: Context, { id, status }: Order, capture: Capture): Promise<void> {
  await ctx.store.transaction(async em => {
    const open = await em.count(Payment, { provider: 'paypal', reference: capture.id, feeEstimated: true });
    if (open === 0 || !capture.fee) return;
    const order = await claimOrder(em, id, [status]);
    if (!order) throw new Retryable('ORDER_MOVED', `order ${id} moved while a fee of its payment was booked`);
    await takeFee(em, order, capture);
  });
}

async function takeFee(em: EntityManager, order: Order, capture: Capture): Promise<void> {
  const { fee, ...told } = captureNews(capture);
  if (!fee) return;
  const converted = await feeIn(em, fee, told.amount.currency);
  if (!converted) return;
  const known = { ...told, orderId: order.id, provider: 'paypal', fee: { ...converted, estimated: false } } as const;
  await correctFee(em, order, await recordPayment(em, known));
}
