/**
 * What an operator decides about a payout that nobody could prove. Only from NEEDS_REVIEW. A decision that the provider
 * did not confirm may be corrected.
 *
 *   paid        the provider has it: under this reference → read back, and followed
 *   not-paid    it certainly did not happen               → paid anew
 *
 * A payout that was given up, and that its provider shows all the same, is taken for this one by `paid`.
 */
import type { LegId, UserId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import { orderStates } from '../domain/order.ts';
import { contradictionsOf, reinstate } from '../store/contradictions.ts';
import { disproveDone, standingEffect } from '../store/effects.ts';
import { closeByHand, saidByPerson } from '../store/effects-by-hand.ts';
import type { Effect, PayoutLeg } from '../store/entities/money.ts';
import { moneyReturned } from '../store/funding.ts';
import { claimLeg, isAnotherPayout, leftOpen, moveLeg } from '../store/legs.ts';
import type { EntityManager } from '../store/open.ts';
import { claimOrder } from '../store/orders.ts';
import { note } from '../store/timeline.ts';
import { DecisionRefused, type Deed, didNotHappen } from './decision.ts';
import { endFreeze } from './end-freeze.ts';
import { jobForLeg } from './next-job.ts';
import type { Enqueue } from './transact.ts';

export type LegDecision = { readonly decision: 'paid'; readonly reference: string } | { readonly decision: 'not-paid' };

const payoutSent = ['PAYOUT_SENT', 'the payout was accepted: its provider is asked before it is paid again'] as const;

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
  await note(em, leg.orderId, 'noted', text, { by, leg: id, ...decision });
  if (decision.decision === 'not-paid') {
    const unmade = effect?.status === 'DONE' && leftOpen.includes(leg.reason);
    if (unmade) {
      await disproveDone(em, effect, 'DECIDED_BY_PERSON');
      await moneyReturned(em, 'pay', id);
    }
    await didNotHappen(em, unmade ? null : effect, 'pay', id, payoutSent);
  } else if (!effect) await wasGivenUp(em, enqueue, leg, decision.reference, by);
  else if (effect.status === 'OPEN' || saidByPerson(effect)) await wasSent(em, leg, effect, decision.reference);
  await moveLeg(em, leg, 'PENDING', { reason: null });
  enqueue(jobForLeg(leg));
  return leg;
}

/** It was given up, its provider shows it, and nothing was sent in its place: it is what pays the leg. */
async function wasGivenUp(em: EntityManager, enqueue: Enqueue, leg: PayoutLeg, reference: string, by: UserId) {
  const shownAs = (evidence: Json) =>
    typeof evidence === 'object' && evidence !== null && 'reference' in evidence && evidence.reference;
  const found = (await contradictionsOf(em, leg.orderId)).find(
    ({ subject, evidence }) => subject === leg.id && shownAs(evidence) === reference,
  );
  if (!found || !(await reinstate(em, found.effectId, by, { reference })))
    throw new DecisionRefused(
      'NOTHING_IN_DOUBT',
      'nothing that was sent for this payout is shown under that reference',
    );
  await em.execute('update payout_legs set provider_batch_id = ? where id = ?', [reference, leg.id]);
  const order = await claimOrder(em, leg.orderId, orderStates);
  if (order) await endFreeze(em, enqueue, order, 'CONTRADICTION');
}

async function wasSent(em: EntityManager, { id }: PayoutLeg, effect: Effect, reference: string): Promise<void> {
  if (await isAnotherPayout(em, id, reference))
    throw new DecisionRefused('REFERENCE_TAKEN', `${reference} is another payout of ours`);
  await closeByHand(em, effect, { reference });
  // Its news comes under this name.
  await em.execute('update payout_legs set provider_batch_id = ? where id = ?', [reference, id]);
}
