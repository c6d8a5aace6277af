import type { OrderId } from '../domain/ids.ts';
import { formatMoney, money, subtract } from '../domain/money.ts';
import { orderStates } from '../domain/order.ts';
import type { Enqueue } from '../queues/transact.ts';
import type { Payment } from '../store/entities/order.ts';
import type { EntityManager } from '../store/open.ts';
import { claimOrder, updateOrder } from '../store/orders.ts';
import { paymentsOf } from '../store/payments.ts';
import { refundedOf } from '../store/refunds.ts';
import { note } from '../store/timeline.ts';
import type { MarketplaceLine, MarketplaceOrder } from './marketplace.ts';
import { settleRefund } from './settle-refund.ts';
import { endFreeze, stopOrder } from './stop-order.ts';

type Refunded = { order: MarketplaceOrder; line: MarketplaceLine };

export const paymentReference = ({ order, line }: Refunded): string => `${order.orderId}/${line.lineId}`;

/**
 * A marketplace's sale was refunded or cancelled: what its buyer paid for the line goes back. Of a part it does not
 * say how much: nothing more leaves then before a person has looked. The same news again changes nothing.
 */
export async function marketplaceRefunded(
  em: EntityManager,
  enqueue: Enqueue,
  id: OrderId,
  news: Refunded,
): Promise<void> {
  const payment = (await paymentsOf(em, id)).find(({ reference }) => reference === paymentReference(news));
  // What had gone back before we ever saw it paid was never booked.
  if (!payment || payment.status === 'REVERSED') return;
  const { cancelled, rawPayment, payment: state } = news.order;
  if (cancelled || state === 'REVERSED') return wholeRefunded(em, enqueue, id, payment, rawPayment);
  return partRefunded(em, enqueue, id, rawPayment);
}

async function wholeRefunded(em: EntityManager, enqueue: Enqueue, id: OrderId, payment: Payment, says: string) {
  const paid = money(payment.amountMinor, payment.currency);
  const amount = subtract(paid, await refundedOf(em, id, payment.currency));
  if (amount.amountMinor <= 0n) return;
  const order = await claimOrder(em, id, orderStates);
  if (!order) return;
  const reference = `${payment.reference}/back`;
  await settleRefund(em, order, payment, { reference, kind: 'refund', status: 'COMPLETED', amount });
  await endFreeze(em, enqueue, order, 'MARKETPLACE_REFUND');
  await stopOrder(em, enqueue, order, 'PAYMENT_REVERSED', `${formatMoney(amount)} went back: ${says}`);
}

async function partRefunded(em: EntityManager, enqueue: Enqueue, id: OrderId, says: string): Promise<void> {
  const order = await claimOrder(em, id, orderStates);
  if (!order || order.frozenFor) return;
  const text = `the marketplace says ${says}, and not how much: no payout leaves before somebody has looked`;
  await updateOrder(em, order, { frozenFor: 'MARKETPLACE_REFUND' });
  await note(em, id, 'noted', text);
  await stopOrder(em, enqueue, order, 'PAYMENT_REVERSED', text);
}
