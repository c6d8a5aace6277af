import { formatMoney, isGreater, type Money } from '../../domain/money.ts';
import { leftOf } from '../../domain/payment.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { disproveDone } from '../../store/effects/effects.ts';
import { disproveByHand } from '../../store/effects/effects-by-hand.ts';
import type { Order } from '../../store/entities/order.ts';
import { moneyOf } from '../../store/money/payments.ts';
import { elsewhere, forgetPending } from '../../store/money/refunds.ts';
import { refusal } from '../decision-refused.ts';
import { settleRefund } from '../settle-refund.ts';
import type { OrderFacts } from './order-choices.ts';

/** A person has seen that the refund did not arrive, whatever its provider says of it now. */
export async function noRefundArrived(em: EntityManager, { order, refund }: OrderFacts): Promise<void> {
  if (!refund) return;
  if (refund.status === 'DONE') await disproveDone(em, refund, 'DECIDED_BY_PERSON');
  else await disproveByHand(em, refund);
  await forgetPending(em, order.id);
}

/**
 * The buyer was refunded outside the sale channel: by a transfer, in cash. It counts against the payment like every
 * refund. @throws DecisionRefused when no payment has that much left, or the reference is booked
 */
export async function refundedByHand(
  em: EntityManager,
  order: Order,
  { amount, reference }: { amount: Money; reference: string },
): Promise<void> {
  const held = (await moneyOf(em, order.id)).filter(({ payment }) => payment.currency === amount.currency);
  const from = held.find(({ sums }) => !isGreater(amount, leftOf(sums)));
  if (!from) {
    const left = held.map(({ sums }) => formatMoney(leftOf(sums))).join(', ') || `nothing in ${amount.currency}`;
    throw refusal('MORE_THAN_LEFT', `of what its buyer paid, ${left} is left`);
  }
  const news = { reference: elsewhere(order.id, reference), kind: 'refund', status: 'COMPLETED', amount } as const;
  if (!(await settleRefund(em, order, from.payment, news)))
    throw refusal('REFERENCE_TAKEN', `${reference} is booked for this order already`);
}
