import { invariant } from '../../domain/call-outcome.ts';
import { formatMoney, isGreater, type Money, money } from '../../domain/money.ts';
import type { Enqueue } from '../../queues/transact.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Order } from '../../store/entities/order.ts';
import { paymentsOf } from '../../store/money/payments.ts';
import { refundedOf } from '../../store/money/refunds.ts';
import { settleUnquantified } from '../../store/money/unquantified-refunds.ts';
import { bookMarketplaceRefund } from '../book-marketplace-refund.ts';
import { refusal } from '../decision-refused.ts';

/**
 * Settles a marketplace refund of unknown amount. `total` is everything refunded so far for this order's line; zero
 * when the refund was for another line. Commission and payout are recalculated from what remains. @throws
 * DecisionRefused
 */
export async function confirmMarketplaceRefund(em: EntityManager, enqueue: Enqueue, order: Order, total: Money) {
  const paymentId = await settleUnquantified(em, order.id);
  const payment = (await paymentsOf(em, order.id)).find(one => one.id === paymentId);
  invariant(payment, `order ${order.id} has payment ${paymentId}`);
  const paid = money(payment.amountMinor, payment.currency);
  if (total.currency !== paid.currency) throw refusal('AMOUNTS_DIFFER', `the sale is in ${paid.currency}`);
  if (isGreater(total, paid)) throw refusal('MORE_THAN_PAID', `${formatMoney(paid)} were paid`);
  const booked = await refundedOf(em, order.id, paid.currency);
  if (isGreater(booked, total))
    throw refusal('LESS_THAN_BOOKED', `refunds of ${formatMoney(booked)} are booked already`);
  await bookMarketplaceRefund(em, enqueue, order, { payment, total, saidBy: 'person' });
}
