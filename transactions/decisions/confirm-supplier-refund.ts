/** A supplier's refund, in full or in part, confirmed by a person. */
import type { UserId } from '../../domain/ids.ts';
import { add, equals, formatMoney, type Money, zero } from '../../domain/money.ts';
import { advance, type Enqueue } from '../../queues/transact.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Order, SupplierOrder } from '../../store/entities/order.ts';
import { updateOrder } from '../../store/orders/orders.ts';
import { isCancelled, markPaid } from '../../store/orders/supplier-orders.ts';
import { bookPurchase, costOf } from '../book-purchase.ts';
import { refusal } from '../decision-refused.ts';
import { freeUnpaid } from '../free-purchase.ts';
import { freezeLeft } from '../freeze-order.ts';
import { undoPart, undoPurchase } from '../undo-purchase.ts';
import type { OrderFacts } from './order-choices.ts';
import { inPlatformCurrency } from './platform-currency.ts';

/** Of the price of goods that will not arrive: the part that was refunded, and the part that never will be. */
type CameBack = { readonly returned: Money; readonly lost: Money; readonly by: UserId };

/**
 * A person has seen the supplier's refund for everything it cancelled: reverses the sale. An order that waits for this
 * refund continues from PAID. If only a part of its goods was cancelled, a person decides about it. If another freeze
 * remains, it needs a review. @throws DecisionRefused
 */
export async function confirmSupplierRefund(
  em: EntityManager,
  enqueue: Enqueue,
  { order, placed: rows }: OrderFacts,
  { returned, lost, by }: CameBack,
): Promise<void> {
  inPlatformCurrency(returned, lost);
  const cancelled = rows.filter(row => isCancelled(row) && row.wasPaid);
  const due = costOf(cancelled);
  if (!equals(add(returned, lost), due))
    throw refusal(
      'REFUND_INCOMPLETE',
      `${formatMoney(due)} were paid: enter what came back and what is lost, which must add up to that`,
    );
  const rest = rows.filter(row => !isCancelled(row));
  const back = { cost: due, lost, seenBy: by };
  await (rest.length > 0 ? undoPart(em, order, cancelled, back) : undoPurchase(em, order, back));
  const unsold = { saleBookedAt: null, frozenFor: await freezeLeft(em, order, ['SUPPLIER_CANCELLED']) };
  if (order.waitReason !== 'SUPPLIER_REFUND_UNPROVEN') await updateOrder(em, order, unsold);
  else if (rest.length > 0) await partIsMissing(em, enqueue, order, rest, unsold);
  else if (!unsold.frozenFor) await advance(em, enqueue, order, { to: 'PAID', note: 'bought again' }, unsold);
  else {
    const note = `the supplier's money is back; ${unsold.frozenFor}: nothing is bought again`;
    await advance(em, enqueue, order, { to: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED', note }, unsold);
  }
}

/**
 * The buyer paid for all goods, and only a part arrives. We never rebuy a part, and do not know what the buyer prefers.
 */
function partIsMissing(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  rest: readonly SupplierOrder[],
  facts: Partial<Order>,
): Promise<void> {
  const numbers = rest.map(({ number }) => number).join(', ');
  const note = `a part of the goods will not arrive; ${numbers} will: refund the buyer for that part, then let the order go on`;
  return advance(em, enqueue, order, { to: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION', note }, facts);
}

/**
 * None of the goods will arrive, whatever the supplier shows: undoes the purchase, reverses the sale, and leaves the
 * next step to a person. Both amounts are zero when the supplier holds no money.
 * @throws DecisionRefused when the two amounts do not add up to the booked cost
 */
export async function notComing(
  em: EntityManager,
  enqueue: Enqueue,
  { order, placed, isBooked }: OrderFacts,
  { returned, lost, by }: CameBack,
): Promise<void> {
  inPlatformCurrency(returned, lost);
  const cost = add(returned, lost);
  if (!isBooked) await bookAsPaid(em, order, placed, cost);
  else if (!equals(cost, costOf(placed)))
    throw refusal(
      'AMOUNTS_DIFFER',
      `${formatMoney(costOf(placed))} were paid: what came back and what is lost must add up to that`,
    );
  await undoPurchase(em, order, { cost, lost, seenBy: by });
  const facts = {
    saleBookedAt: null,
    suppliedByHandAt: null,
    frozenFor: await freezeLeft(em, order, ['SUPPLIER_CANCELLED']),
  };
  const note = `its goods do not come: ${formatMoney(returned)} came back, ${formatMoney(lost)} is lost; buy again, or fail`;
  if (order.status === 'NEEDS_REVIEW') await updateOrder(em, order, facts);
  else await advance(em, enqueue, order, { to: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION', note }, facts);
}

/**
 * Books the payment to the supplier that was not booked yet; if there was none, frees the reservation. The undo that
 * follows covers all supplier orders, so one row may carry the whole cost.
 */
async function bookAsPaid(em: EntityManager, order: Order, placed: readonly SupplierOrder[], cost: Money) {
  if (equals(cost, zero(cost.currency))) return freeUnpaid(em, order);
  const [first] = placed;
  if (first) await markPaid(em, first, cost);
  await bookPurchase(em, order, cost);
}
