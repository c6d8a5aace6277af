import { type Money, subtract, zero } from '../domain/money.ts';
import type { Order, Payment } from '../store/entities/order.ts';
import type { EntityManager } from '../store/open.ts';
import { refundedOf } from '../store/refunds.ts';
import { endFreeze } from './end-freeze.ts';
import { settleRefund } from './settle-refund.ts';
import type { Enqueue } from './transact.ts';

/**
 * `total` of a marketplace's payment has gone back so far, as it says itself or somebody who has looked there: what of
 * that is not booked yet is, and what was held for it goes on. Gives what was booked now. The caller owns the order.
 */
export async function bookBack(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  { payment, total }: { payment: Payment; total: Money },
): Promise<Money> {
  const amount = subtract(total, await refundedOf(em, order.id, payment.currency));
  const isNews = amount.amountMinor > 0n;
  const reference = `${payment.reference}/back/${total.amountMinor}`;
  if (isNews) await settleRefund(em, order, payment, { reference, kind: 'refund', status: 'COMPLETED', amount });
  await endFreeze(em, enqueue, order, 'MARKETPLACE_REFUND');
  return isNews ? amount : zero(payment.currency);
}
