/**
 * What a person decides about a payout that nobody could prove. Only from NEEDS_REVIEW.
 *
 *   paid        the provider has it: under this reference → read back, and followed
 *   not-paid    it certainly did not happen               → paid anew
 */
import type { LegId } from '../domain/ids.ts';
import { closeByHand, disproveDone, standingEffect } from '../store/effects.ts';
import type { PayoutLeg } from '../store/entities/money.ts';
import { claimLeg, moveLeg, neverCreated } from '../store/legs.ts';
import type { EntityManager } from '../store/open.ts';
import { note } from '../store/timeline.ts';
import { DecisionRefused, type Deed, didNotHappen } from './decision.ts';
import { jobForLeg } from './next-job.ts';
import type { Enqueue } from './transact.ts';

export type LegDecision = { readonly decision: 'paid'; readonly reference: string } | { readonly decision: 'not-paid' };

const payoutSent = ['PAYOUT_SENT', 'it was accepted: its provider is asked before it is paid again'] as const;

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
  } else {
    const unmade = effect?.status === 'DONE' && leg.reason === neverCreated;
    if (unmade) await disproveDone(em, effect, 'DECIDED_BY_PERSON');
    await didNotHappen(em, unmade ? null : effect, 'pay', id, payoutSent);
  }
  await moveLeg(em, leg, 'PENDING', { reason: null });
  enqueue(jobForLeg(leg));
  return leg;
}
