import type { Fees } from '../domain/fees.ts';
import { ledgerEvent } from '../domain/ledger-event.ts';
import { formatMoney, type Money, money, zero } from '../domain/money.ts';
import { broughtMoney, type PaymentState } from '../domain/payment.ts';
import { buyerPaid } from '../domain/postings.ts';
import type { Channel } from '../domain/sale-channel.ts';
import { advance, type Enqueue } from '../queues/transact.ts';
import { timeOf } from '../store/database/clock.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Order, Payment } from '../store/entities/order.ts';
import { feeIn } from '../store/money/fee-currency.ts';
import { post } from '../store/money/ledger.ts';
import { type Fee, paymentsOf, recordPayment } from '../store/money/payments.ts';
import { custodyOf, salePrice } from '../store/orders/orders.ts';
import { noteNews } from '../store/orders/timeline.ts';
import { correctFee, estimatedFee } from './correct-fee.ts';

/** What a provider reports of the buyer's payment for one order. */
export type PaymentNews = {
  reference: string;
  status: PaymentState;
  rawStatus: string;
  statusReason?: string | undefined;
  amount: Money;
  /** The channel's fee; while the channel does not report it, our fee table's estimate is booked. */
  fee: Money | undefined;
  /** Tax on top of the amount, which the channel remits itself. */
  collectedTax?: Money | undefined;
};

/** PayPal reports each refund separately. A marketplace payment that was refunded before we saw it is not booked. */
const isMoney = ({ provider, status }: Payment): boolean =>
  provider === 'paypal' ? broughtMoney(status) : status === 'COMPLETED';

const paymentAmount = (payment: Payment): Money => money(payment.amountMinor, payment.currency);

/** The fee by its kind: a payment fee at our own checkout, else the marketplace's fee. */
function feesOf(channel: Channel, payment: Payment): Fees {
  const nothing = zero(payment.currency);
  const fee = money(payment.feeMinor ?? 0n, payment.currency);
  return channel === 'paypal'
    ? { marketplaceFee: nothing, paymentFee: fee }
    : { marketplaceFee: fee, paymentFee: nothing };
}

/** Only a payment that brought money has a fee; a pending or declined one costs nothing. */
async function feeOf(
  em: EntityManager,
  channel: Channel,
  { fee, amount, status }: PaymentNews,
): Promise<Fee | undefined> {
  const told = fee && (await feeIn(em, fee, amount.currency));
  if (told) return { ...told, estimated: false };
  if (channel === 'paypal' && !broughtMoney(status)) return undefined;
  return { amount: await estimatedFee(em, channel, amount), estimated: true };
}

/**
 * Books the buyer's payment and moves the order that was waiting for it. A wrong amount, or a payment for a dead order,
 * is booked as well, and a person decides. The caller owns the order.
 */
export async function settlePayment(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  news: readonly PaymentNews[],
): Promise<void> {
  for (const told of news)
    await recordPayment(em, {
      ...told,
      orderId: order.id,
      provider: order.channel,
      fee: await feeOf(em, order.channel, told),
    });
  for (const payment of await paymentsOf(em, order.id)) if (isMoney(payment)) await book(em, enqueue, order, payment);
  await reviewUnconverted(em, enqueue, order, news);
}

/**
 * PayPal is asked for its fee again; a marketplace reports it once. If that fee cannot be converted, the sale's profit
 * is unknown: nothing is bought before a person has looked.
 */
async function reviewUnconverted(em: EntityManager, enqueue: Enqueue, order: Order, news: readonly PaymentNews[]) {
  for (const { fee, amount } of news) {
    if (!fee || (await feeIn(em, fee, amount.currency))) continue;
    const text = `${order.channel} keeps ${formatMoney(fee)} of ${formatMoney(amount)}, and no rate between the two is stored: the fee is estimated`;
    if (order.channel === 'paypal' || order.status !== 'PAID') await noteNews(em, order.id, 'fee-currency', text);
    else await advance(em, enqueue, order, { to: 'NEEDS_REVIEW', reason: 'FEE_CURRENCY', note: text });
  }
}

async function book(em: EntityManager, enqueue: Enqueue, order: Order, payment: Payment): Promise<void> {
  const gross = paymentAmount(payment);
  const postings = buyerPaid({
    channel: order.channel,
    custody: custodyOf(order),
    reseller: order.userId,
    gross,
    fees: feesOf(order.channel, payment),
    collectedTax: money(payment.collectedTaxMinor, payment.currency),
  });
  await post(em, { source: payment.provider, event: ledgerEvent.paid(payment.reference), orderId: order.id, postings });
  if (!payment.feeEstimated) await correctFee(em, order, payment);
  if (order.status !== 'CREATED' && order.status !== 'CANCELLED') return;
  const expected = salePrice(order);
  if (payment.status !== 'COMPLETED')
    return advance(em, enqueue, order, {
      to: 'NEEDS_REVIEW',
      reason: 'PAYMENT_REVERSED',
      note: `${formatMoney(gross)} was paid, and refunded before anything was bought: ${payment.rawStatus}`,
    });
  if (order.status === 'CANCELLED')
    return advance(em, enqueue, order, {
      to: 'NEEDS_REVIEW',
      reason: 'PAID_AFTER_CANCEL',
      note: `${formatMoney(gross)} arrived after the order was cancelled: refund it, or revive the order`,
    });
  if (gross.currency !== expected.currency || gross.amountMinor !== expected.amountMinor)
    return advance(em, enqueue, order, {
      to: 'NEEDS_REVIEW',
      reason: 'WRONG_AMOUNT',
      note: `${formatMoney(gross)} arrived where ${formatMoney(expected)} was due`,
    });
  return advance(em, enqueue, order, { to: 'PAID', note: `${formatMoney(gross)} received` }, { paidAt: timeOf(em) });
}
