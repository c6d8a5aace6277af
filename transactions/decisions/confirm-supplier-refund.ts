/** A supplier's money that came back, whole or in part, as somebody has seen it. */
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

/** What came back of the price of goods that do not come, and what of it never will. */
type CameBack = { readonly returned: Money; readonly lost: Money; readonly by: UserId };

/**
 * Somebody has seen the supplier's money come back, for all that it cancelled: the sale is booked back. An order that
 * waits for that goes on from PAID; when only a part of its goods was cancelled, a person decides about it. One whose
 * buyer has their money back as well stays where it is. @throws DecisionRefused
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
    throw refusal('REFUND_INCOMPLETE', `${formatMoney(due)} were paid for it: say what came back, and what is lost`);
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

/** The rest is on its way, and its buyer has paid for more: nobody buys a part again, and nobody knows what they want. */
function partIsMissing(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  rest: readonly SupplierOrder[],
  facts: Partial<Order>,
): Promise<void> {
  const numbers = rest.map(({ number }) => number).join(', ');
  const note = `a part of its goods does not come, ${numbers} does: refund the buyer that part, then let it go on`;
  return advance(em, enqueue, order, { to: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION', note }, facts);
}

/**
 * Nothing of the goods comes, whatever the supplier shows: the purchase is undone and the sale booked back, and a person
 * decides what then. Without any money at the supplier, both are zero.
 * @throws DecisionRefused when they are not what is booked as paid
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
    throw refusal('AMOUNTS_DIFFER', `${formatMoney(costOf(placed))} were paid for it: say what of that is lost`);
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

/** Nobody had booked what went to the supplier, or nothing ever did. How it was shared among its orders matters no more. */
async function bookAsPaid(em: EntityManager, order: Order, placed: readonly SupplierOrder[], cost: Money) {
  if (equals(cost, zero(cost.currency))) return freeUnpaid(em, order);
  const [first] = placed;
  if (first) await markPaid(em, first, cost);
  await bookPurchase(em, order, cost);
}
