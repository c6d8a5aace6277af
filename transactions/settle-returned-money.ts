/**
 * Refunded money that came back: a chargeback or a claim was won, or a refund failed after all. It is booked under a
 * numbered event of its own, because it may be refunded once more. The sale is worth its former price again.
 */
import { ledgerEvent } from '../domain/ledger-event.ts';
import { formatMoney, type Money, sum } from '../domain/money.ts';
import { refundReturned } from '../domain/postings.ts';
import { enqueueWoken } from '../queues/enqueue-woken.ts';
import { jobForOrder } from '../queues/next-job.ts';
import { advance, type Enqueue } from '../queues/transact.ts';
import { commissionAdmin, findUser } from '../store/accounts/users.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Order, Payment } from '../store/entities/order.ts';
import { post } from '../store/money/ledger.ts';
import { settleStatus } from '../store/money/payments.ts';
import {
  type RefundNews,
  type Return,
  recordReturns,
  refundedOf,
  refundsOf,
  type StandingRefund,
  standingSum,
} from '../store/money/refunds.ts';
import { custodyOf, wakeOrder } from '../store/orders/orders.ts';
import { findSale } from '../store/payouts/sales.ts';
import { takeBackKeptFees } from './book-unreturned-fees.ts';
import { endFreeze } from './end-freeze.ts';
import { type PayoutDefaults, receiversOf } from './receivers.ts';
import { regainSale } from './resize-sale.ts';
import { settleRefund } from './settle-refund.ts';

/** The transaction that books, and the order that it owns. */
export type Given = { payouts: PayoutDefaults; em: EntityManager; enqueue: Enqueue; order: Order };

/** Books the return of up to `most` of these refunds, and returns the amount booked. The caller owns the order. */
export async function settleReturns(
  given: Given,
  payment: Payment,
  standing: readonly StandingRefund[],
  most: Money,
): Promise<Money> {
  const { em } = given;
  const returns = await recordReturns(em, standing, most);
  const amount = sum(
    returns.map(one => one.amount),
    payment.currency,
  );
  if (returns.length === 0) return amount;
  await settleStatus(em, payment, 'COMPLETED');
  for (const one of returns) await book(given, payment, one);
  await carryOn(given, payment, amount);
  return amount;
}

async function book({ payouts, em, enqueue, order }: Given, payment: Payment, { reference, amount }: Return) {
  const { channel, userId: reseller, id: orderId } = order;
  const postings = refundReturned({ channel, custody: custodyOf(order), reseller, amount });
  await post(em, { source: payment.provider, event: ledgerEvent.cameAgain(reference), orderId, postings });
  const sale = await findSale(em, orderId);
  const owner = sale && (await findUser(em, order.userId));
  if (!sale || !owner) return;
  const payTo = receiversOf(payouts, { admin: await commissionAdmin(em), reseller: owner });
  await regainSale(em, enqueue, order, sale, {
    event: ledgerEvent.saleRegained(sale.id, reference),
    by: amount,
    payTo,
  });
}

/**
 * A person decides about an order that was given up for lack of the money. An order that was only frozen continues once
 * all of the money is back.
 */
async function carryOn({ em, enqueue, order }: Given, payment: Payment, amount: Money): Promise<void> {
  await takeBackKeptFees(em, order);
  if (order.status === 'REFUNDED' || order.status === 'CANCELLED')
    return advance(em, enqueue, order, {
      to: 'NEEDS_REVIEW',
      reason: 'MONEY_RETURNED',
      note: `${formatMoney(amount)} came back after the order was ${order.status}: pay it by hand to the party that is entitled to it`,
    });
  const back = await refundedOf(em, order.id, payment.currency);
  if (back.amountMinor > 0n || !(await endFreeze(em, enqueue, order, 'PAYMENT_REVERSED'))) return;
  await enqueueWoken(enqueue, wakeOrder(em, order.id), jobForOrder);
}

/**
 * Books a refund or a reversal as its provider reports it. A completed one that failed later counts as money that came
 * back.
 */
export async function takeRefundNews(given: Given, payment: Payment, news: RefundNews): Promise<void> {
  const { em, order } = given;
  if (news.status === 'FAILED') {
    const done = (await refundsOf(em, payment.id)).filter(({ refund }) => refund.reference === news.reference);
    await settleReturns(given, payment, done, standingSum(done, payment.currency));
  }
  await settleRefund(em, order, payment, news);
}
