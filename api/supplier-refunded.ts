import type { OrderId, UserId } from '../domain/ids.ts';
import { equals, formatMoney, type Money } from '../domain/money.ts';
import { type OrderState, orderStates } from '../domain/order.ts';
import { advance, type Enqueue } from '../queues/transact.ts';
import type { Order, SupplierOrder } from '../store/entities/order.ts';
import { freezeLeft } from '../store/freeze.ts';
import type { EntityManager } from '../store/open.ts';
import { claimOrder, updateOrder } from '../store/orders.ts';
import { costOf } from '../store/purchase-books.ts';
import { supplierOwes, undoPart, undoPurchase } from '../store/second-purchase.ts';
import { isCancelled, purchaseOrdersOf } from '../store/supplier-orders.ts';
import { Problem } from './middleware/problem.ts';

/** For a worker that is at it the purchase stands: it stops by itself when it sees what the supplier cancelled. */
const carriedOn: readonly OrderState[] = ['PURCHASING', 'PURCHASED', 'SHIPPED'];

/**
 * Somebody has seen the supplier's money come back, for all that it cancelled: the sale is booked back. An order that
 * waits for that goes on from PAID; when only a part of its goods was cancelled, a person decides about it. One whose
 * buyer has their money back as well stays where it is.
 */
export async function supplierRefunded(
  em: EntityManager,
  enqueue: Enqueue,
  orderId: OrderId,
  amount: Money,
  seenBy: UserId,
): Promise<Order> {
  const order = await claimOrder(em, orderId, orderStates);
  if (order && carriedOn.includes(order.status))
    throw new Problem(
      409,
      'ORDER_UNDER_WAY',
      `the order is ${order.status}: its supplier is asked how it stands first`,
    );
  const waits = order?.waitReason === 'SUPPLIER_REFUND_UNPROVEN';
  if (!order || !(waits || (await supplierOwes(em, order.id))))
    throw new Problem(409, 'NO_REFUND_AWAITED', 'the order waits for no refund of its supplier');
  const rows = await purchaseOrdersOf(em, orderId);
  const cancelled = rows.filter(row => isCancelled(row) && row.wasPaid);
  const due = costOf(cancelled);
  if (!equals(amount, due)) throw new Problem(409, 'REFUND_INCOMPLETE', `${formatMoney(due)} were paid for it`);
  const rest = rows.filter(row => !isCancelled(row));
  await (rest.length > 0 ? undoPart(em, order, cancelled, due, seenBy) : undoPurchase(em, order, due, seenBy));
  const unsold = { saleBookedAt: null, frozenFor: await freezeLeft(em, order, ['SUPPLIER_CANCELLED']) };
  if (!waits) await updateOrder(em, order, unsold);
  else if (rest.length > 0) await partIsMissing(em, enqueue, order, rest, unsold);
  else if (!unsold.frozenFor) await advance(em, enqueue, order, { to: 'PAID', note: 'bought again' }, unsold);
  else {
    const note = `the supplier's money is back; ${unsold.frozenFor}: nothing is bought again`;
    await advance(em, enqueue, order, { to: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED', note }, unsold);
  }
  return order;
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
