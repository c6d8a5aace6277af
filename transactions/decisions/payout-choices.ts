/** Which decisions the facts of a payout allow. Pages offer what is allowed here, and routes enforce it. */
import { cameBack, hasComeBack, type LegState } from '../../domain/payout-leg.ts';
import { contradicted } from '../../store/contradictions.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { isInDoubt } from '../../store/effects/effects.ts';
import { saidByPerson } from '../../store/effects/effects-by-hand.ts';
import type { Effect, PayoutLeg } from '../../store/entities/money.ts';
import { leftOpen } from '../../store/payouts/legs.ts';
import { legsOfPayout, standingPayout } from '../../store/payouts/payouts-of-leg.ts';
import { type Choices, type DecisionRefused, refusal } from '../decision-refused.ts';
import type { PayoutDecisionName } from './decision-schemas.ts';

export type PayoutFacts = {
  readonly leg: PayoutLeg;
  readonly pay: Effect | null;
  /** The other legs that the same payout pays. */
  readonly others: readonly PayoutLeg[];
};

export async function payoutFacts(em: EntityManager, leg: PayoutLeg): Promise<PayoutFacts> {
  const pay = await standingPayout(em, leg);
  const isCollected = pay !== null && pay.subject !== leg.id;
  const others = isCollected ? (await legsOfPayout(em, pay)).filter(({ id }) => id !== leg.id) : [];
  return { leg, pay, others };
}

/**
 * The provider has shown that the payout arrived, or is ready for its receiver: another leg of it has that state
 * already.
 */
export const isShown = ({ others }: PayoutFacts): boolean =>
  others.some(({ status }) => status === 'PAID' || status === 'UNCLAIMED');

/**
 * The provider accepted the payout and cannot say how it ends: a person who has looked may say that nothing was paid.
 */
export const isLeftOpen = ({ leg, pay }: PayoutFacts): boolean =>
  pay?.status === 'DONE' && leftOpen.includes(leg.reason);

function whyNotPaidAnew(facts: PayoutFacts): DecisionRefused | null {
  if (isShown(facts)) return refusal('PAYOUT_SENT', 'the payout has arrived: it has paid other orders');
  if (facts.pay?.status !== 'DONE' || saidByPerson(facts.pay) || isLeftOpen(facts)) return null;
  return refusal('PAYOUT_SENT', 'the payout was accepted: its provider is asked before it is paid again');
}

const didNotArrive: readonly LegState[] = [...cameBack, 'UNCLAIMED'];

export const whyNotPaidAgain = ({ status }: Pick<PayoutLeg, 'status'>): DecisionRefused | null =>
  didNotArrive.includes(status)
    ? null
    : refusal('NOT_PAYABLE_AGAIN', 'only a payout that did not arrive is paid again');

/**
 * The leg may be settled outside the system if its money is certainly with us. In a review, the person who decides has
 * checked that it is.
 */
function whyNotPaidElsewhere(facts: PayoutFacts): DecisionRefused | null {
  const { leg, pay } = facts;
  if (leg.status === 'NEEDS_REVIEW') return whyNotPaidAnew(facts);
  const isHere = hasComeBack(leg.status) || (leg.status === 'SKIPPED_INSUFFICIENT_FUNDS' && !isInDoubt(pay));
  return isHere ? null : refusal('PAYOUT_UNDER_WAY', 'the payout is paid, on its way, or no longer owed');
}

export function payoutChoices(facts: PayoutFacts): Choices<PayoutDecisionName> {
  const { leg, pay } = facts;
  const notInReview =
    leg.status === 'NEEDS_REVIEW'
      ? null
      : refusal('NOT_IN_REVIEW', 'only a payout that needs a review is decided about');
  const nothingSent =
    pay || leg.reason === contradicted ? null : refusal('NOTHING_IN_DOUBT', 'nothing was sent that could have arrived');
  return {
    paid: notInReview ?? nothingSent,
    'not-paid': notInReview ?? whyNotPaidAnew(facts),
    'pay-again': whyNotPaidAgain(leg),
    'paid-elsewhere': whyNotPaidElsewhere(facts),
  };
}
