/**
 * What an operator decides about an order that waits or needs a review. The operator has looked at the supplier: their
 * word settles a purchase in doubt, and they enter the amounts that we cannot read.
 *
 *   bought         the supplier has the order, under these numbers      → polled like every purchase
 *   bought-for     the same, with the amount paid for each number       → PURCHASED: the sale is booked at that cost
 *   supplied       the buyer has the goods by other means, at this cost → PURCHASED, without a supplier order of ours
 *   go-on          the goods are ordered, whatever stopped the order    → the purchase is polled
 *   delivered      the sale is booked, and the buyer has the goods      → the purchase is no longer polled
 *   not-coming     the goods will not arrive: this much of their price  → purchase and sale are undone; next: buy
 *                  was refunded, and the rest is lost                     again, or fail
 *   supplier-      the same, for what the supplier itself cancelled     → bought again; if only a part was cancelled,
 *   refunded                                                              a person decides
 *   buy-again      nothing was bought, and the buyer's money is here    → PAID: checked, reserved and bought again
 *   fail           nothing was bought, and nothing will be              → FAILED, refunded by the reseller's policy
 *   refund-again   no refund has arrived                                → REFUNDING: a new one is sent
 *   marketplace-   the marketplace refunded this much, and does not     → booked; the order stays where it is
 *   refunded       report the amount
 *   refunded       the buyer was refunded this much by other means; a   → booked; the order stays where it is, and a
 *                  refund of ours in doubt did not arrive                 purchase that waits needs a review
 *
 * If the supplier closed the order and we never booked a payment, an operator who has checked that no money is left
 * there may treat it as not bought. A decision that the provider does not confirm may be corrected. An open dispute,
 * or an open refund of the supplier, keeps the order frozen whatever the decision.
 */

import { unreachable } from '../../domain/call-outcome.ts';
import type { OrderId } from '../../domain/ids.ts';
import { orderStates } from '../../domain/order.ts';
import { advance, type Enqueue } from '../../queues/transact.ts';
import { timeOf } from '../../store/database/clock.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { disproveDone, withdrawUnsent } from '../../store/effects/effects.ts';
import type { Order } from '../../store/entities/order.ts';
import { claimOrder, updateOrder } from '../../store/orders/orders.ts';
import { endFollowing, forgetSupplierOrders } from '../../store/orders/supplier-orders.ts';
import { note } from '../../store/orders/timeline.ts';
import { type Decision, markNotHappened, refusal, told } from '../decision-refused.ts';
import { failOrder } from '../fail-order.ts';
import { freePurchase } from '../free-purchase.ts';
import { freezeLeft, lookedAt } from '../freeze-order.ts';
import { boughtByHand, boughtFor } from './bought-by-hand.ts';
import { confirmMarketplaceRefund } from './confirm-marketplace-refund.ts';
import { confirmSupplierRefund, notComing } from './confirm-supplier-refund.ts';
import type { OrderDecision } from './decision-schemas.ts';
import { isClosedUnbooked, isUnconfirmed, type OrderFacts, orderChoices, orderFacts } from './order-choices.ts';
import { noRefundArrived, refundedByHand } from './refunded-by-hand.ts';
import { suppliedByHand } from './supplied-by-hand.ts';

/** @throws DecisionRefused */
export async function decideOrder(
  em: EntityManager,
  enqueue: Enqueue,
  id: OrderId,
  { decision, by, why }: Decision<OrderDecision>,
): Promise<Order> {
  const order = await claimOrder(em, id, orderStates);
  if (!order) throw refusal('NOT_FOUND', 'there is no such order');
  const facts = await orderFacts(em, order);
  const refused = orderChoices(facts)[decision.decision];
  if (refused) throw refused;
  const text = `decided by a person (${decision.decision}): ${why}`;
  await note(em, id, 'noted', text, { by, ...told(decision) });
  await carryOut(em, enqueue, facts, { decision, by, why: text });
  return order;
}

async function carryOut(
  em: EntityManager,
  enqueue: Enqueue,
  facts: OrderFacts,
  { decision, by, why: note }: Decision<OrderDecision>,
): Promise<void> {
  const { order, frozenFor } = facts;
  // The person who decides has seen how late the order is.
  const seen = { frozenFor, lateAcceptedAt: timeOf(em) };
  switch (decision.decision) {
    case 'bought':
      await forgetUnconfirmed(em, facts);
      await boughtByHand(em, facts, decision.supplierOrders);
      return advance(em, enqueue, order, { to: 'PURCHASING', note }, seen);
    case 'bought-for':
      await forgetUnconfirmed(em, facts);
      await boughtFor(em, facts, decision.paid);
      return advance(em, enqueue, order, { to: 'PURCHASED', note }, seen);
    case 'supplied':
      await nothingBought(em, facts);
      return advance(
        em,
        enqueue,
        order,
        { to: 'PURCHASED', note },
        { ...seen, ...(await suppliedByHand(em, order, decision.cost)) },
      );
    case 'delivered':
      await endFollowing(em, order.id);
      return advance(em, enqueue, order, { to: 'PURCHASED', note }, seen);
    case 'go-on':
      return advance(em, enqueue, order, { to: needsNoPolling(order) ? 'PURCHASED' : 'PURCHASING', note }, seen);
    case 'not-coming':
      return notComing(em, enqueue, facts, { ...decision, by });
    case 'supplier-refunded':
      return confirmSupplierRefund(em, enqueue, facts, { ...decision, by });
    case 'marketplace-refunded':
      return confirmMarketplaceRefund(em, enqueue, order, decision.amount);
    case 'buy-again':
      await nothingBought(em, facts);
      await withdrawUnsent(em, 'refund', order.id);
      return advance(em, enqueue, order, { to: 'PAID', note }, { ...seen, purchaseRoute: 'api' });
    case 'fail':
      await nothingBought(em, facts);
      return failOrder(em, enqueue, order, { reason: 'DECIDED_BY_PERSON', note }, seen);
    case 'refund-again':
      await nothingBought(em, facts);
      await noRefundArrived(em, facts);
      await advance(em, enqueue, order, { to: 'FAILED', reason: 'DECIDED_BY_PERSON', note }, await heldFor(em, order));
      return advance(em, enqueue, order, { to: 'REFUNDING', note });
    case 'refunded':
      await withdrawUnsent(em, 'refund', order.id);
      await noRefundArrived(em, facts);
      await refundedByHand(em, order, decision);
      await updateOrder(em, order, await heldFor(em, order));
      if (order.status === 'WAITING' && facts.buy)
        await advance(em, enqueue, order, { to: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED', note });
      return;
    default:
      return unreachable(decision);
  }
}

/** The freeze that today's facts call for. */
const heldFor = async (em: EntityManager, order: Order): Promise<Partial<Order>> => ({
  frozenFor: await freezeLeft(em, order, [...lookedAt, 'REFUND_PENDING']),
});

/** The purchase is no longer polled once the sale is booked, or when nothing was ordered through us. */
const needsNoPolling = ({ saleBookedAt, suppliedByHandAt }: Order): boolean =>
  (saleBookedAt ?? suppliedByHandAt) != null;

async function forgetUnconfirmed(em: EntityManager, facts: OrderFacts): Promise<void> {
  const { order, buy } = facts;
  if (buy && isUnconfirmed(facts)) await forgetSupplierOrders(em, order.id, buy.idempotencyKey);
}

/** Where the supplier closed the order, the operator has checked that none of our money is left there. */
async function nothingBought(em: EntityManager, facts: OrderFacts): Promise<void> {
  const { order, buy } = facts;
  await forgetUnconfirmed(em, facts);
  if (buy?.status === 'DONE' && isClosedUnbooked(facts)) await disproveDone(em, buy, 'CLOSED_BY_SUPPLIER');
  else await markNotHappened(em, buy);
  await freePurchase(em, order);
}
