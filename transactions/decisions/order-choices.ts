/**
 * Which decisions the facts of an order allow. Only the facts count, never the reason that the order waits for. Pages
 * offer what is allowed here, and routes enforce it.
 */
import type { Freeze, OrderState } from '../../domain/order.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { isInDoubt, standingEffect } from '../../store/effects/effects.ts';
import { saidByPerson } from '../../store/effects/effects-by-hand.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Order, SupplierOrder } from '../../store/entities/order.ts';
import { holdsMoney } from '../../store/money/payments.ts';
import { hasArrived } from '../../store/money/refunds.ts';
import { hasUnquantified } from '../../store/money/unquantified-refunds.ts';
import { isCancelled, neverRead, purchaseOrdersOf } from '../../store/orders/supplier-orders.ts';
import { isPurchaseBooked } from '../book-purchase.ts';
import { type Choices, type DecisionRefused, refusal } from '../decision-refused.ts';
import { freezeLeft, lookedAt } from '../freeze-order.ts';
import { purchaseState } from '../stop-order.ts';
import { supplierOwes } from '../undo-purchase.ts';
import type { OrderDecisionName } from './decision-schemas.ts';

/** A person may decide about an order that waits or needs a review, never about one that a worker has. */
export const decidedIn: readonly OrderState[] = ['NEEDS_REVIEW', 'WAITING'];

export type OrderFacts = {
  readonly order: Order;
  /** The purchase that was made, or may have been. */
  readonly buy: Effect | null;
  /** The refund that was sent, or may have been; null once it has arrived. */
  readonly refund: Effect | null;
  readonly wasRefunded: boolean;
  readonly placed: readonly SupplierOrder[];
  readonly isBooked: boolean;
  readonly moneyIsHere: boolean;
  /**
   * `supplierOwes`: the supplier has cancelled paid goods and not refunded them. `refundUntold`: a marketplace refund
   * has no known amount yet.
   */
  readonly supplierOwes: boolean;
  readonly refundUntold: boolean;
  /** The freeze that remains after a person has looked at the order. */
  readonly frozenFor: Freeze | null;
};

export async function orderFacts(em: EntityManager, order: Order): Promise<OrderFacts> {
  const { id } = order;
  const sent = await standingEffect(em, 'refund', id);
  const wasSent = sent?.status === 'DONE' || isInDoubt(sent);
  const wasRefunded = sent?.status === 'DONE' && (await hasArrived(em, (sent.result as { refundId: string }).refundId));
  const placed = await purchaseOrdersOf(em, id);
  return {
    order,
    buy: await standingEffect(em, 'buy', id),
    refund: wasSent && !wasRefunded ? sent : null,
    wasRefunded,
    placed,
    isBooked: await isPurchaseBooked(em, id, placed),
    moneyIsHere: await holdsMoney(em, id),
    supplierOwes: order.waitReason === 'SUPPLIER_REFUND_UNPROVEN' || (await supplierOwes(em, id)),
    refundUntold: await hasUnquantified(em, id),
    frozenFor: await freezeLeft(em, order, lookedAt),
  };
}

/** The supplier order numbers come from an operator alone, and the supplier has confirmed none of them. */
export const isUnconfirmed = ({ buy, placed }: OrderFacts): boolean =>
  saidByPerson(buy) && !placed.some(row => row.wasPaid || row.rawStatus !== neverRead);

/**
 * The supplier closed every order of this purchase, and our books show no payment. Only a person can say whether one
 * was made and refunded.
 */
export const isClosedUnbooked = ({ placed, isBooked }: OrderFacts): boolean =>
  placed.length > 0 && placed.every(isCancelled) && !isBooked;

/** Ordered through us, or supplied by other means. */
const isOrdered = ({ order, buy }: OrderFacts): boolean => purchaseState(order, buy) === 'ordered';

const whyGoodsStand = (facts: OrderFacts): DecisionRefused | null =>
  !isOrdered(facts) || isClosedUnbooked(facts) || isUnconfirmed(facts)
    ? null
    : refusal('GOODS_ORDERED', 'goods are ordered for it: cancel them at the supplier first');

/** No purchase beside a refund, and none without the buyer's undisputed money. */
function whyNothingIsBought({ frozenFor, refund, wasRefunded, moneyIsHere }: OrderFacts): DecisionRefused | null {
  if (frozenFor) return refusal('ORDER_FROZEN', `${frozenFor}: nothing is bought for it`);
  if (refund || wasRefunded) return refusal('REFUND_SENT', 'the buyer was refunded, or may have been');
  if (moneyIsHere) return null;
  return refusal(
    'NOT_PAID',
    'the buyer’s money is not here: the sale channel has reported no payment, or it was refunded',
  );
}

const isDoubtful = (facts: OrderFacts): boolean => isInDoubt(facts.buy) || isUnconfirmed(facts);

function whyNotBoughtFor({ order, buy, isBooked }: OrderFacts): DecisionRefused | null {
  if (buy?.status !== 'DONE' && !isInDoubt(buy)) return refusal('NOTHING_ORDERED', 'nothing is ordered for it');
  if (order.saleBookedAt) return refusal('SALE_BOOKED', 'its sale is booked, with the cost of its goods');
  return isBooked ? refusal('PURCHASE_BOOKED', 'the cost of its goods is booked') : null;
}

const whyNotRefunded = ({ moneyIsHere }: OrderFacts): DecisionRefused | null =>
  moneyIsHere ? null : refusal('NOT_PAID', 'the buyer’s money is not here, or the buyer disputes the payment');

const whyNotRefundedAgain = ({ refund, moneyIsHere }: OrderFacts): DecisionRefused | null => {
  if (!refund) return refusal('NO_REFUND_SENT', 'no refund was sent that could be sent again');
  return moneyIsHere
    ? null
    : refusal('NOT_PAID', 'all of the buyer’s money was refunded, or the buyer disputes the payment');
};

/** A worker still polls this purchase. It stops by itself when it sees what the supplier cancelled. */
const carriedOn: readonly OrderState[] = ['PURCHASING', 'PURCHASED', 'SHIPPED'];

function whyNoSupplierRefund({ order: { status }, supplierOwes }: OrderFacts): DecisionRefused | null {
  if (carriedOn.includes(status))
    return refusal('ORDER_UNDER_WAY', `the order is ${status}: its supplier is asked for the current status first`);
  return supplierOwes ? null : refusal('NO_REFUND_AWAITED', 'the order is not waiting for a supplier refund');
}

export function orderChoices(facts: OrderFacts): Choices<OrderDecisionName> {
  const { order } = facts;
  const isAsked = decidedIn.includes(order.status);
  const notInReview = refusal('NOT_IN_REVIEW', 'only an order that waits or needs a review is decided about');
  const judged = (refusal: DecisionRefused | null) => (isAsked ? refusal : notInReview);
  const nothing = refusal('NOTHING_ORDERED', 'nothing is ordered for it');
  const { saleBookedAt } = order;
  return {
    'go-on': judged(isOrdered(facts) ? null : nothing),
    delivered: judged(
      saleBookedAt ? null : refusal('SALE_NOT_BOOKED', 'its sale is not booked yet: enter the cost of its goods first'),
    ),
    bought: judged(isDoubtful(facts) ? null : refusal('NOTHING_IN_DOUBT', 'no purchase is in doubt')),
    'bought-for': judged(whyNotBoughtFor(facts)),
    supplied: judged(whyGoodsStand(facts) ?? whyNothingIsBought(facts)),
    'buy-again': judged(whyGoodsStand(facts) ?? whyNothingIsBought(facts)),
    'not-coming': judged(isOrdered(facts) ? null : nothing),
    'supplier-refunded': whyNoSupplierRefund(facts),
    'marketplace-refunded': facts.refundUntold
      ? null
      : refusal('NO_REFUND_UNTOLD', 'no refund on this order is waiting for an amount'),
    'refund-again': judged(whyGoodsStand(facts) ?? whyNotRefundedAgain(facts)),
    refunded: judged(whyNotRefunded(facts)),
    fail: judged(whyGoodsStand(facts)),
  };
}
