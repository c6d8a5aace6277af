import { Unreadable } from '../domain/call-outcome.ts';
import { ledgerEvent } from '../domain/ledger-event.ts';
import { buyerRefunded } from '../domain/postings.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Order, Payment } from '../store/entities/order.ts';
import { post } from '../store/money/ledger.ts';
import { settleStatus } from '../store/money/payments.ts';
import { isElsewhere, type RefundNews, recordRefund } from '../store/money/refunds.ts';
import { custodyOf } from '../store/orders/orders.ts';
import { findSale } from '../store/payouts/sales.ts';
import { shrinkSale } from './resize-sale.ts';

/**
 * Books a refund to the buyer once, whoever sent it. A booked sale is then worth less: unpaid legs shrink or are
 * cancelled, and what has left becomes a receivable. Returns true when the refund is new. The caller owns the order.
 * @throws Unreadable when its currency differs from the payment's
 */
export async function settleRefund(
  em: EntityManager,
  order: Order,
  payment: Payment,
  news: RefundNews,
): Promise<boolean> {
  const { amount } = news;
  if (amount.currency !== payment.currency)
    throw new Unreadable(
      'REFUND_IN_ANOTHER_CURRENCY',
      `${news.kind} ${news.reference} is in ${amount.currency}, its payment in ${payment.currency}`,
    );
  if (!(await recordRefund(em, { id: payment.id, orderId: order.id }, news))) return false;
  await settleStatus(em, payment);
  const { userId: reseller, id: orderId } = order;
  const channel = isElsewhere(news.reference) ? 'elsewhere' : order.channel;
  const postings = buyerRefunded({ channel, custody: custodyOf(order), reseller, amount });
  await post(em, {
    source: payment.provider,
    event: ledgerEvent.wentBack(news.kind, news.reference),
    orderId,
    postings,
  });
  const sale = await findSale(em, orderId);
  if (sale) await shrinkSale(em, order, sale, { event: ledgerEvent.saleShrunk(sale.id, news.reference), by: amount });
  return true;
}
