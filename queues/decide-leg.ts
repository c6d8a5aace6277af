/**
 * What an operator decides about a payout that nobody could prove. Only from NEEDS_REVIEW. A decision that the provider
 * did not confirm may be corrected.
 *
 *   paid        the provider has it: under this reference → read back, and followed
 *   not-paid    it certainly did not happen               → paid anew
 */
import type { LegId } from '../domain/ids.ts';
import { disproveDone, standingEffect } from '../store/effects.ts';
import { closeByHand, saidByPerson } from '../store/effects-by-hand.ts';
import type { Effect, PayoutLeg } from '../store/entities/money.ts';
import { moneyReturned } from '../store/funding.ts';
import { claimLeg, isAnotherPayout, moveLeg, neverCreated } from '../store/legs.ts';
import type { EntityManager } from '../store/open.ts';
import { note } from '../store/timeline.ts';
import { DecisionRefused, type Deed, didNotHappen } from './decision.ts';
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
    const unmade = effect?.status === 'DONE' && leg.reason === neverCreated;
    if (unmade) {
      await disproveDone(em, effect, 'DECIDED_BY_PERSON');
      await moneyReturned(em, 'pay', id);
    }
    await didNotHappen(em, unmade ? null : effect, 'pay', id, payoutSent);
  } else if (!effect) throw new DecisionRefused('NOTHING_IN_DOUBT', 'nothing was sent for this payout');
  else if (effect.status === 'OPEN' || saidByPerson(effect)) await wasSent(em, leg, effect, decision.reference);
  await moveLeg(em, leg, 'PENDING', { reason: null });
  enqueue(jobForLeg(leg));
  return leg;
}

async function wasSent(em: EntityManager, { id }: PayoutLeg, effect: Effect, reference: string): Promise<void> {
  if (await isAnotherPayout(em, id, reference))
    throw new DecisionRefused('REFERENCE_TAKEN', `${reference} is another payout of ours`);
  await closeByHand(em, effect, { reference });
  // Its news comes under this name.
  await em.execute('update payout_legs set provider_batch_id = ? where id = ?', [reference, id]);
}
