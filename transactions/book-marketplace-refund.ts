import { type Money, subtract, zero } from '../domain/money.ts';
import type { Enqueue } from '../queues/transact.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Order, Payment } from '../store/entities/order.ts';
import { nextOccurrence, refundedOf, saidByPerson } from '../store/money/refunds.ts';
import { endFreeze } from './end-freeze.ts';
import { settleRefund } from './settle-refund.ts';

/**
 * Books the part of a marketplace refund that is not booked yet, lifts the freeze, and returns the amount booked.
 * `total` is everything refunded so far, as reported by the marketplace or by a person. The caller owns the order.
 */
export async function bookMarketplaceRefund(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  { payment, total, saidBy }: { payment: Payment; total: Money; saidBy: 'marketplace' | 'person' },
): Promise<Money> {
  const amount = subtract(total, await refundedOf(em, order.id, payment.currency));
  const isNews = amount.amountMinor > 0n;
  const name = `${payment.reference}/${saidBy === 'person' ? saidByPerson : 'back'}/${total.amountMinor}`;
  if (isNews) {
    const reference = await nextOccurrence(em, name);
    await settleRefund(em, order, payment, { reference, kind: 'refund', status: 'COMPLETED', amount });
  }
  await endFreeze(em, enqueue, order, 'MARKETPLACE_REFUND');
  return isNews ? amount : zero(payment.currency);
}
