/**
 * What a person decides about what nobody could prove. Only from NEEDS_REVIEW, and only along what is known: goods that
 * are ordered are never bought again, and what was in doubt is settled by the word of whoever has looked at the provider.
 *
 *   bought      the supplier has the order: under these numbers      → followed like every purchase
 *   buy-again   nothing was bought                                   → PAID: checked, reserved and bought anew
 *   fail        nothing was bought, and nothing will be              → FAILED, refunded by the reseller's policy
 *   go-on       the goods are ordered, whatever stopped the order    → followed
 *
 *   paid        (a payout) the provider has it: under this reference → read back, and followed
 *   not-paid    (a payout) it certainly did not happen               → paid anew
 */
import type { LegId, OrderId, UserId } from '../domain/ids.ts';
import { credentialByAccount } from '../store/credentials.ts';
import { closeByHand, disproveByHand, isInDoubt, standingEffect, withdrawUnsent } from '../store/effects.ts';
import type { Effect, PayoutLeg } from '../store/entities/money.ts';
import type { Order } from '../store/entities/order.ts';
import { type Purpose, release } from '../store/funding.ts';
import { claimLeg, moveLeg } from '../store/legs.ts';
import type { EntityManager } from '../store/open.ts';
import { claimOrder } from '../store/orders.ts';
import { keepSupplierOrders } from '../store/supplier-orders.ts';
import { note } from '../store/timeline.ts';
import { failOrder } from './fail-order.ts';
import { jobForLeg } from './next-job.ts';
import { advance, type Enqueue } from './transact.ts';

export type OrderDecision =
  | { readonly decision: 'bought'; readonly supplierOrders: readonly string[] }
  | { readonly decision: 'buy-again' | 'fail' | 'go-on' };
export type LegDecision = { readonly decision: 'paid'; readonly reference: string } | { readonly decision: 'not-paid' };

export type DecisionProblem =
  | 'NOT_IN_REVIEW'
  | 'GOODS_ORDERED'
  | 'NOTHING_IN_DOUBT'
  | 'NOTHING_ORDERED'
  | 'PAYOUT_SENT';

/** The facts do not allow it. */
export class DecisionRefused extends Error {
  override readonly name = 'DecisionRefused';
  readonly code: DecisionProblem;
  constructor(code: DecisionProblem, message: string) {
    super(message);
    this.code = code;
  }
}

export type Deed<Decision> = { readonly decision: Decision; readonly by: UserId; readonly why: string };

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
  await note(em, id, 'noted', text, { by, decision: decision.decision });
  switch (decision.decision) {
    case 'bought':
      await wasBought(em, order, effect, decision.supplierOrders);
      await advance(em, enqueue, order, { to: 'PURCHASING', note: text }, { frozenFor: null });
      return order;
    case 'go-on':
      if (effect?.status !== 'DONE') throw new DecisionRefused('NOTHING_ORDERED', 'nothing is ordered for it');
      await advance(
        em,
        enqueue,
        order,
        { to: order.saleBookedAt ? 'PURCHASED' : 'PURCHASING', note: text },
        { frozenFor: null },
      );
      return order;
    case 'buy-again':
      await didNotHappen(em, effect, 'buy', id, goodsOrdered);
      await advance(em, enqueue, order, { to: 'PAID', note: text }, { frozenFor: null, purchaseRoute: 'api' });
      return order;
    case 'fail':
      await didNotHappen(em, effect, 'buy', id, goodsOrdered);
      await failOrder(em, enqueue, order, { reason: 'DECIDED_BY_PERSON', note: text }, { frozenFor: null });
      return order;
  }
}

async function wasBought(
  em: EntityManager,
  { id }: Order,
  effect: Effect | null,
  numbers: readonly string[],
): Promise<void> {
  if (!effect || !isInDoubt(effect)) throw new DecisionRefused('NOTHING_IN_DOUBT', 'no purchase is in doubt');
  const apiName = effect.route === 'aliexpress-browser' ? 'aliexpress' : 'aliexpress-dropshipping';
  const account = await credentialByAccount(em, apiName, effect.environment, effect.account);
  await closeByHand(em, effect, { orderNumbers: [...numbers] });
  await keepSupplierOrders(em, id, account?.id ?? null, numbers, effect.idempotencyKey);
}

const goodsOrdered = ['GOODS_ORDERED', 'goods are ordered for it: cancel them at the supplier first'] as const;
const payoutSent = ['PAYOUT_SENT', 'it was accepted: its provider is asked before it is paid again'] as const;

/** What was held for it is free again. @throws DecisionRefused when it is known to have happened */
async function didNotHappen(
  em: EntityManager,
  effect: Effect | null,
  purpose: Purpose,
  subject: string,
  happened: readonly [DecisionProblem, string],
): Promise<void> {
  if (effect?.status === 'DONE') throw new DecisionRefused(...happened);
  await withdrawUnsent(em, purpose, subject);
  if (effect && isInDoubt(effect)) await disproveByHand(em, effect);
  await release(em, purpose, subject);
}

/** @throws DecisionRefused */
export async function decideLeg(
  em: EntityManager,
  enqueue: Enqueue,
  id: LegId,
  { decision, by, why }: Deed<LegDecision>,
): Promise<PayoutLeg> {
  const leg = await claimLeg(em, id, ['NEEDS_REVIEW']);
  if (!leg) throw new DecisionRefused('NOT_IN_REVIEW', 'only a payout that needs a review is decided about');
  const effect = await standingEffect(em, 'pay', id);
  const text = `payout to ${leg.beneficiary} decided by a person (${decision.decision}): ${why}`;
  await note(em, leg.orderId, 'noted', text, { by, leg: id });
  if (decision.decision === 'paid') {
    if (!effect) throw new DecisionRefused('NOTHING_IN_DOUBT', 'nothing was sent for this payout');
    if (effect.status === 'OPEN') await closeByHand(em, effect, { reference: decision.reference });
  } else await didNotHappen(em, effect, 'pay', id, payoutSent);
  await moveLeg(em, leg, 'PENDING', { reason: null });
  enqueue(jobForLeg(leg));
  return leg;
}
