import type { OrderId } from '../domain/ids.ts';
import type { MarketplaceLine, MarketplaceOrder } from '../domain/marketplace-order.ts';
import { add, equals, formatMoney, isGreater, type Money, min, money, subtract, zero } from '../domain/money.ts';
import { orderStates } from '../domain/order.ts';
import type { Enqueue } from '../queues/transact.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Payment } from '../store/entities/order.ts';
import { paymentsOf } from '../store/money/payments.ts';
import { isElsewhere, refundedOf, refundsOf, wasSaidByPerson } from '../store/money/refunds.ts';
import { forgetUnquantified, saveUnquantified } from '../store/money/unquantified-refunds.ts';
import { claimOrder, freeze } from '../store/orders/orders.ts';
import { note, noteNews } from '../store/orders/timeline.ts';
import { bookMarketplaceRefund } from './book-marketplace-refund.ts';
import { haltPurchase } from './halt-purchase.ts';
import type { PayoutDefaults } from './receivers.ts';
import { type Given, settleReturns } from './settle-returned-money.ts';

type Refunded = { order: MarketplaceOrder; line: MarketplaceLine };

export const paymentReference = ({ order, line }: Refunded): string => `${order.orderId}/${line.lineId}`;

/**
 * A marketplace refunded or cancelled a sale: books what the line's buyer got back, in full or in part. When the amount
 * is not reported, nothing more leaves before a person has looked. Idempotent.
 */
export async function settleMarketplaceRefund(
  payouts: PayoutDefaults,
  em: EntityManager,
  enqueue: Enqueue,
  id: OrderId,
  news: Refunded,
): Promise<void> {
  const payment = (await paymentsOf(em, id)).find(({ reference }) => reference === paymentReference(news));
  // A refund that preceded the first payment news we saw was never booked.
  if (!payment || payment.status === 'REVERSED') return;
  const { cancelled, rawPayment, payment: state } = news.order;
  const paid = money(payment.amountMinor, payment.currency);
  // Zero when a refund that the marketplace reported has failed.
  const back = cancelled || state === 'REVERSED' ? paid : (news.line.back ?? zero(paid.currency));
  if ('says' in back) return holdUnquantified(em, enqueue, id, { payment, says: back.says });
  return bookTotal(payouts, em, enqueue, id, { payment, total: min(back, paid), says: rawPayment, state });
}

type Back = { payment: Payment; total: Money; says: string; state: MarketplaceOrder['payment'] };

async function bookTotal(payouts: PayoutDefaults, em: EntityManager, enqueue: Enqueue, id: OrderId, back: Back) {
  const { payment, total, says } = back;
  const wasUnquantified = await forgetUnquantified(em, payment.id);
  const booked = await refundedOf(em, id, payment.currency);
  if (!wasUnquantified && equals(total, booked)) return;
  const order = await claimOrder(em, id, orderStates);
  if (!order) return;
  if (isGreater(booked, total)) await bookReturn({ payouts, em, enqueue, order }, back, subtract(booked, total));
  const amount = await bookMarketplaceRefund(em, enqueue, order, { payment, total, saidBy: 'marketplace' });
  if (amount.amountMinor > 0n)
    await haltPurchase(em, enqueue, order, 'PAYMENT_REVERSED', `${formatMoney(amount)} went back: ${says}`);
}

/** The seller won the dispute, or a refund failed. A refund that only a person has seen is left to people. */
async function bookReturn(given: Given, { payment, total, says, state }: Back, amount: Money): Promise<void> {
  const standing = (await refundsOf(given.em, payment.id)).filter(({ refund }) => !isElsewhere(refund.reference));
  const told = state === 'PAID' || state === 'PARTLY_REVERSED';
  const returned =
    told && !standing.some(wasSaidByPerson)
      ? await settleReturns(given, payment, standing, amount)
      : zero(amount.currency);
  if (equals(returned, amount)) return;
  const booked = add(total, subtract(amount, returned));
  const text = `the marketplace says ${says}: ${formatMoney(total)} of the ${formatMoney(booked)} that are booked`;
  await noteNews(given.em, given.order.id, 'money-came-again', text);
}

/** Freezes the order, in addition to any other freeze, until the marketplace or a person reports the amount. */
async function holdUnquantified(
  em: EntityManager,
  enqueue: Enqueue,
  id: OrderId,
  { payment, says }: Pick<Back, 'payment' | 'says'>,
) {
  if (!(await saveUnquantified(em, payment, says))) return;
  const order = await claimOrder(em, id, orderStates);
  if (!order) return;
  const text = `the marketplace says ${says}, and not how much: no payout leaves before a person has looked`;
  await freeze(em, order, 'MARKETPLACE_REFUND');
  await note(em, id, 'noted', text);
  await haltPurchase(em, enqueue, order, 'PAYMENT_REVERSED', text);
}
