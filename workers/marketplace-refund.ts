import type { OrderId } from '../domain/ids.ts';
import { formatMoney, type Money, min, money, subtract } from '../domain/money.ts';
import { orderStates } from '../domain/order.ts';
import type { Enqueue } from '../queues/transact.ts';
import type { Payment } from '../store/entities/order.ts';
import type { EntityManager } from '../store/open.ts';
import { claimOrder, findOrder, updateOrder } from '../store/orders.ts';
import { paymentsOf } from '../store/payments.ts';
import { refundedOf } from '../store/refunds.ts';
import { note } from '../store/timeline.ts';
import type { MarketplaceLine, MarketplaceOrder } from './marketplace.ts';
import { settleRefund } from './settle-refund.ts';
import { endFreeze, stopOrder } from './stop-order.ts';

type Refunded = { order: MarketplaceOrder; line: MarketplaceLine };

const freeze = 'MARKETPLACE_REFUND';

export const paymentReference = ({ order, line }: Refunded): string => `${order.orderId}/${line.lineId}`;

/**
 * A marketplace's sale was refunded or cancelled: what has gone back to the buyer of the line is booked, all of it or
 * the part that is told. Where it is not told how much, nothing more leaves before a person has looked. The same news
 * again changes nothing.
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
  const paid = money(payment.amountMinor, payment.currency);
  const back = cancelled || state === 'REVERSED' ? paid : news.line.back;
  if (!back) return;
  if ('says' in back) return untoldPart(em, enqueue, id, back.says);
  return wentBack(em, enqueue, id, { payment, total: min(back, paid), says: rawPayment });
}

type Back = { payment: Payment; total: Money; says: string };

/** A marketplace tells what has gone back in all: what of it is not booked yet is. */
async function wentBack(em: EntityManager, enqueue: Enqueue, id: OrderId, { payment, total, says }: Back) {
  const order = await findOrder(em, id);
  const amount = subtract(total, await refundedOf(em, id, payment.currency));
  const news = amount.amountMinor > 0n;
  if (!news && order?.frozenFor !== freeze) return;
  const owned = await claimOrder(em, id, orderStates);
  if (!owned) return;
  const reference = `${payment.reference}/back/${total.amountMinor}`;
  if (news) await settleRefund(em, owned, payment, { reference, kind: 'refund', status: 'COMPLETED', amount });
  await endFreeze(em, enqueue, owned, freeze);
  if (news) await stopOrder(em, enqueue, owned, 'PAYMENT_REVERSED', `${formatMoney(amount)} went back: ${says}`);
}

async function untoldPart(em: EntityManager, enqueue: Enqueue, id: OrderId, says: string): Promise<void> {
  const order = await claimOrder(em, id, orderStates);
  if (!order || order.frozenFor) return;
  const text = `the marketplace says ${says}, and not how much: no payout leaves before somebody has looked`;
  await updateOrder(em, order, { frozenFor: freeze });
  await note(em, id, 'noted', text);
  await stopOrder(em, enqueue, order, 'PAYMENT_REVERSED', text);
}
