/**
 * What may be decided about an order: judged once, by its facts alone and never by the reason that it waits for. Pages
 * offer what is allowed here, and routes enforce it.
 */
import type { Freeze, OrderState } from '../../domain/order.ts';
import { isInDoubt, standingEffect } from '../../store/effects.ts';
import { saidByPerson } from '../../store/effects-by-hand.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Order, SupplierOrder } from '../../store/entities/order.ts';
import { freezeLeft, lookedAt } from '../../store/freeze.ts';
import type { EntityManager } from '../../store/open.ts';
import { holdsMoney } from '../../store/payments.ts';
import { isClosedUnbooked, isPurchaseBooked } from '../../store/purchase-books.ts';
import { supplierOwes } from '../../store/second-purchase.ts';
import { neverRead, purchaseOrdersOf } from '../../store/supplier-orders.ts';
import { hasUntold } from '../../store/untold-refunds.ts';
import type { OrderDecisionName } from './asked.ts';
import { type Choices, DecisionRefused } from './decision.ts';

/** Who waits, or needs a review, may be decided about; who is at work may not. */
export const decidedIn: readonly OrderState[] = ['NEEDS_REVIEW', 'WAITING'];

export type OrderFacts = {
  readonly order: Order;
  /** The purchase that stands, or may; the refund that was sent, or may have been. */
  readonly buy: Effect | null;
  readonly refund: Effect | null;
  readonly placed: readonly SupplierOrder[];
  readonly isBooked: boolean;
  readonly isClosedUnbooked: boolean;
  readonly moneyIsHere: boolean;
  /** The supplier owes what it cancelled; a marketplace gave money back and does not say how much. */
  readonly supplierOwes: boolean;
  readonly refundUntold: boolean;
  /** What holds the order when somebody has looked at it. */
  readonly frozenFor: Freeze | null;
};

export async function orderFacts(em: EntityManager, order: Order): Promise<OrderFacts> {
  const { id } = order;
  const refund = await standingEffect(em, 'refund', id);
  return {
    order,
    buy: await standingEffect(em, 'buy', id),
    refund: refund?.status === 'DONE' || isInDoubt(refund) ? refund : null,
    placed: await purchaseOrdersOf(em, id),
    isBooked: await isPurchaseBooked(em, id),
    isClosedUnbooked: await isClosedUnbooked(em, id),
    moneyIsHere: await holdsMoney(em, id),
    supplierOwes: order.waitReason === 'SUPPLIER_REFUND_UNPROVEN' || (await supplierOwes(em, id)),
    refundUntold: await hasUntold(em, id),
    frozenFor: await freezeLeft(em, order, lookedAt),
  };
}

/** Only an operator has named the numbers of its purchase, and the supplier has confirmed none of them. */
export const isUnconfirmed = ({ buy, placed }: OrderFacts): boolean =>
  saidByPerson(buy) && !placed.some(row => row.wasPaid || row.rawStatus !== neverRead);

const no = (code: DecisionRefused['code'], message: string) => new DecisionRefused(code, message);

/** Through us, or by another way. */
const isOrdered = ({ order, buy }: OrderFacts): boolean => buy?.status === 'DONE' || order.suppliedByHandAt != null;

const goodsOrdered = (facts: OrderFacts): DecisionRefused | null =>
  !isOrdered(facts) || facts.isClosedUnbooked || isUnconfirmed(facts)
    ? null
    : no('GOODS_ORDERED', 'goods are ordered for it: cancel them at the supplier first');

/** Never a purchase beside a refund, nor for money that is disputed, is gone, or never came. */
function moneyMissing({ frozenFor, refund, moneyIsHere }: OrderFacts): DecisionRefused | null {
  if (frozenFor) return no('ORDER_FROZEN', `${frozenFor}: nothing is bought for it`);
  if (refund) return no('REFUND_SENT', 'its buyer was sent the money back, or may have been');
  if (moneyIsHere) return null;
  return no('NOT_PAID', 'no money of its buyer is here: its sale channel has not told of any, or it went back');
}

const isDoubtful = (facts: OrderFacts): boolean => isInDoubt(facts.buy) || isUnconfirmed(facts);

function paidByHand({ order, buy, isBooked }: OrderFacts): DecisionRefused | null {
  if (buy?.status !== 'DONE' && !isInDoubt(buy)) return no('NOTHING_ORDERED', 'nothing is ordered for it');
  if (order.saleBookedAt) return no('SALE_BOOKED', 'its sale is booked with what its goods cost');
  return isBooked ? no('PURCHASE_BOOKED', 'what its goods cost is booked') : null;
}

const nothingLeft = ({ refund, moneyIsHere }: OrderFacts): DecisionRefused | null => {
  if (refund) return no('REFUND_SENT', 'a refund was sent, or may have been: say first that it did not arrive');
  return moneyIsHere ? null : no('NOT_PAID', 'no money of its buyer is here, or its buyer disputes it');
};

const notRefundedYet = ({ refund, moneyIsHere }: OrderFacts): DecisionRefused | null => {
  if (!refund) return no('NO_REFUND_SENT', 'no refund was sent that could be sent again');
  return moneyIsHere ? null : no('NOT_PAID', 'all of its money went back, or its buyer disputes it');
};

/** For a worker that is at it the purchase stands: it stops by itself when it sees what the supplier cancelled. */
const carriedOn: readonly OrderState[] = ['PURCHASING', 'PURCHASED', 'SHIPPED'];

function notOwed({ order: { status }, supplierOwes }: OrderFacts): DecisionRefused | null {
  if (carriedOn.includes(status))
    return no('ORDER_UNDER_WAY', `the order is ${status}: its supplier is asked how it stands first`);
  return supplierOwes ? null : no('NO_REFUND_AWAITED', 'the order waits for no refund of its supplier');
}

export function orderChoices(facts: OrderFacts): Choices<OrderDecisionName> {
  const { order, buy } = facts;
  const isAsked = decidedIn.includes(order.status);
  const nobodyAsks = no('NOT_IN_REVIEW', 'only an order that waits or needs a review is decided about');
  const judged = (refusal: DecisionRefused | null) => (isAsked ? refusal : nobodyAsks);
  const nothing = no('NOTHING_ORDERED', 'nothing is ordered for it');
  const { saleBookedAt } = order;
  return {
    'go-on': judged(isOrdered(facts) ? null : nothing),
    delivered: judged(
      saleBookedAt ? null : no('SALE_NOT_BOOKED', 'its sale is not booked yet: say first what it cost'),
    ),
    bought: judged(isDoubtful(facts) ? null : no('NOTHING_IN_DOUBT', 'no purchase is in doubt')),
    'bought-for': judged(paidByHand(facts)),
    supplied: judged(goodsOrdered(facts) ?? moneyMissing(facts)),
    'buy-again': judged(goodsOrdered(facts) ?? moneyMissing(facts)),
    'not-coming': judged(buy?.status === 'DONE' ? null : nothing),
    'supplier-refunded': notOwed(facts),
    'marketplace-refunded': facts.refundUntold
      ? null
      : no('NO_REFUND_UNTOLD', 'no refund on this order is waiting for an amount'),
    'refund-again': judged(goodsOrdered(facts) ?? notRefundedYet(facts)),
    refunded: judged(nothingLeft(facts)),
    fail: judged(goodsOrdered(facts)),
  };
}
