/** The channel's fee on a payment: booked by our own fee table at first, and corrected once the channel reports it. */
import { expectedFees, feeTable, platformCurrency } from '../domain/fees.ts';
import { ledgerEvent } from '../domain/ledger-event.ts';
import { formatMoney, type Money, money, percentOf, subtract, sum } from '../domain/money.ts';
import { feeCorrected, feeTakenElsewhere } from '../domain/postings.ts';
import type { Channel } from '../domain/sale-channel.ts';
import { timeOf } from '../store/database/clock.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Order, Payment } from '../store/entities/order.ts';
import { freshRate } from '../store/money/fx.ts';
import { post, postingsOf } from '../store/money/ledger.ts';
import { custodyOf } from '../store/orders/orders.ts';
import { note } from '../store/orders/timeline.ts';
import { bearKeptFees } from './book-unreturned-fees.ts';

/** A rate of any age is good enough for the fixed part; without a rate only the percentage is estimated. */
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

/**
 * Books the difference between the fee that was booked with the payment and the reported one. The caller owns the
 * order.
 */
export async function correctFee(em: EntityManager, order: Order, payment: Payment): Promise<void> {
  const { reference, provider, currency } = payment;
  const booked = await postingsOf(em, order.id, provider, {
    named: [ledgerEvent.paid(reference), ledgerEvent.feeCorrected(reference)],
  });
  const fees = booked.filter(({ account }) => account.startsWith('fees:')).map(({ amount }) => amount);
  const [kept, estimated] = [money(payment.feeMinor ?? 0n, currency), sum(fees, currency)];
  await bookForeignFee(em, order, payment);
  const difference = subtract(kept, estimated);
  if (difference.amountMinor === 0n) return;
  const saleBooked = order.saleBookedAt != null;
  const sale = { channel: order.channel, custody: custodyOf(order), reseller: order.userId };
  const postings = feeCorrected({ ...sale, difference, saleBooked });
  await post(em, { source: provider, event: ledgerEvent.feeCorrected(reference), orderId: order.id, postings });
  const text = `${provider} kept ${formatMoney(kept)} where ${formatMoney(estimated)} was estimated`;
  await note(em, order.id, 'noted', saleBooked ? `${text}, after the sale was booked` : text, { provider, reference });
  if (order.status === 'REFUNDED') await bearKeptFees(em, order);
}

/** A fee charged in another currency left the balance of that currency, not the one that holds the payment. */
async function bookForeignFee(em: EntityManager, order: Order, payment: Payment): Promise<void> {
  const { reference, provider, currency, feeMinor, feeToldMinor, feeToldCurrency, feeRate, feeRateSource } = payment;
  if (feeMinor == null || feeToldMinor == null || !feeToldCurrency) return;
  const [converted, told] = [money(feeMinor, currency), money(feeToldMinor, feeToldCurrency)];
  const postings = feeTakenElsewhere({ channel: order.channel, custody: custodyOf(order), converted, told });
  if (
    !(await post(em, {
      source: provider,
      event: ledgerEvent.feeTakenElsewhere(reference),
      orderId: order.id,
      postings,
    }))
  )
    return;
  const text = `${provider} kept ${formatMoney(told)}: ${formatMoney(converted)} at ${feeRate} (${feeRateSource})`;
  await note(em, order.id, 'noted', text, { provider, reference });
}
