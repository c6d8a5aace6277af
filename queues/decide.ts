/**
 * What an operator decides about an order whose purchase nobody could prove. Only from NEEDS_REVIEW, and only as the
 * facts allow: ordered goods are never bought again, and a doubt is settled by the word of whoever looked at the provider.
 *
 *   bought      the supplier has the order: under these numbers      → followed like every purchase
 *   buy-again   nothing was bought, and the buyer's money is here    → PAID: checked, reserved and bought anew
 *   fail        nothing was bought, and nothing will be              → FAILED, refunded by the reseller's policy
 *   go-on       the goods are ordered, whatever stopped the order    → followed
 *
 * If the supplier closed the order and we never booked a payment, an operator who has checked that no money is left
 * there may treat it as not bought. A decision that the provider does not confirm may be corrected. An open dispute or
 * a debt of the supplier keeps the order frozen, whatever is decided.
 */
import type { OrderId } from '../domain/ids.ts';
import type { Freeze } from '../domain/order.ts';
import { timeOf } from '../store/clock.ts';
import { credentialByAccount } from '../store/credentials.ts';
import { disproveDone, isInDoubt, standingEffect, withdrawUnsent } from '../store/effects.ts';
import { closeByHand, saidByPerson } from '../store/effects-by-hand.ts';
import type { Effect } from '../store/entities/money.ts';
import type { Order } from '../store/entities/order.ts';
import { freezeLeft, lookedAt } from '../store/freeze.ts';
import type { EntityManager } from '../store/open.ts';
import { claimOrder } from '../store/orders.ts';
import { holdsMoney } from '../store/payments.ts';
import { isClosedUnbooked } from '../store/purchase-books.ts';
import { forgetSupplierOrders, keepSupplierOrders, neverRead, purchaseOrdersOf } from '../store/supplier-orders.ts';
import { note } from '../store/timeline.ts';
import { DecisionRefused, type Deed, didNotHappen } from './decision.ts';
import { failOrder } from './fail-order.ts';
import { advance, type Enqueue } from './transact.ts';

export type OrderDecision =
  | { readonly decision: 'bought'; readonly supplierOrders: readonly string[] }
  | { readonly decision: 'buy-again' | 'fail' | 'go-on' };

const goodsOrdered = ['GOODS_ORDERED', 'goods are ordered for it: cancel them at the supplier first'] as const;

/** @throws DecisionRefused */
export async function decideOrder(
  em: EntityManager,
  enqueue: Enqueue,
  id: OrderId,
  { decision, by, why }: Deed<OrderDecision>,
): Promise<Order> {
  const order = await claimOrder(em, id, ['NEEDS_REVIEW']);
  if (!order) throw new DecisionRefused('NOT_IN_REVIEW', 'only an order that needs a review is decided about');
  const effect = await standingEffect(em, 'buy', id);
  const text = `decided by a person (${decision.decision}): ${why}`;
  await note(em, id, 'noted', text, { by, ...decision });
  // Whoever decides has seen how late it is.
  const facts = { frozenFor: await freezeLeft(em, order, lookedAt), lateAcceptedAt: timeOf(em) };
  switch (decision.decision) {
    case 'bought':
      if (!effect || !(isInDoubt(effect) || (await takeBack(em, id, effect))))
        throw new DecisionRefused('NOTHING_IN_DOUBT', 'no purchase is in doubt');
      await wasBought(em, order, effect, decision.supplierOrders);
      await advance(em, enqueue, order, { to: 'PURCHASING', note: text }, facts);
      return order;
    case 'go-on': {
      if (effect?.status !== 'DONE') throw new DecisionRefused('NOTHING_ORDERED', 'nothing is ordered for it');
      const to = order.saleBookedAt ? 'PURCHASED' : 'PURCHASING';
      await advance(em, enqueue, order, { to, note: text }, facts);
      return order;
    }
    case 'buy-again':
      await nothingBought(em, id, effect);
      await assertMoneyIsHere(em, id, facts.frozenFor);
      await advance(em, enqueue, order, { to: 'PAID', note: text }, { ...facts, purchaseRoute: 'api' });
      return order;
    case 'fail':
      await nothingBought(em, id, effect);
      await failOrder(em, enqueue, order, { reason: 'DECIDED_BY_PERSON', note: text }, facts);
      return order;
  }
}

/** Never a purchase beside a refund, nor for money that is disputed, is gone, or never came. @throws DecisionRefused */
async function assertMoneyIsHere(em: EntityManager, id: OrderId, frozenFor: Freeze | null): Promise<void> {
  if (frozenFor) throw new DecisionRefused('ORDER_FROZEN', `${frozenFor}: nothing is bought for it`);
  await withdrawUnsent(em, 'refund', id);
  if (await standingEffect(em, 'refund', id))
    throw new DecisionRefused('REFUND_SENT', 'its buyer was sent the money back, or may have been');
  if (!(await holdsMoney(em, id)))
    throw new DecisionRefused(
      'NOT_PAID',
      'no money of its buyer is here: its sale channel has not told of any, or it went back',
    );
}

async function wasBought(em: EntityManager, { id }: Order, effect: Effect, numbers: readonly string[]): Promise<void> {
  const apiName = effect.route === 'aliexpress-browser' ? 'aliexpress' : 'aliexpress-dropshipping';
  const account = await credentialByAccount(em, apiName, effect.environment, effect.account);
  await closeByHand(em, effect, { orderNumbers: [...numbers] });
  await keepSupplierOrders(em, id, account?.id ?? null, numbers, effect.idempotencyKey);
  const own = new Set((await purchaseOrdersOf(em, id)).map(({ number }) => number));
  const taken = numbers.filter(number => !own.has(number));
  if (taken.length > 0) throw new DecisionRefused('REFERENCE_TAKEN', `${taken.join(', ')}: another purchase of ours`);
}

/** Where the supplier closed the order, the operator has checked that none of our money is left there. */
async function nothingBought(em: EntityManager, id: OrderId, effect: Effect | null): Promise<void> {
  if (effect?.status === 'DONE' && (await isClosedUnbooked(em, id))) {
    await disproveDone(em, effect, 'CLOSED_BY_SUPPLIER');
    return didNotHappen(em, null, 'buy', id, goodsOrdered);
  }
  if (effect?.status === 'DONE' && !(await takeBack(em, id, effect))) throw new DecisionRefused(...goodsOrdered);
  await didNotHappen(em, effect, 'buy', id, goodsOrdered);
}

/** Forgets supplier numbers that only an operator has named. False where the supplier has confirmed one of them. */
async function takeBack(em: EntityManager, id: OrderId, effect: Effect): Promise<boolean> {
  if (!saidByPerson(effect)) return false;
  const shown = (await purchaseOrdersOf(em, id)).some(row => row.wasPaid || row.rawStatus !== neverRead);
  if (!shown) await forgetSupplierOrders(em, id, effect.idempotencyKey);
  return !shown;
}
