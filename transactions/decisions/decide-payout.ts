/**
 * What an operator decides about a payout. A decision that the provider did not confirm may be corrected.
 *
 *   paid             the provider has the payout, under this reference    → read from the provider, and polled
 *   not-paid         the payout certainly did not happen                  → paid again
 *   pay-again        the payout came back, or is still unclaimed          → cancelled if unclaimed, and paid again
 *   paid-elsewhere   the receiver got this much of it by other means      → booked; the rest is paid, if any
 *
 * `paid` also accepts a payout that was given up and that its provider shows after all.
 */

import { invariant, unreachable } from '../../domain/call-outcome.ts';
import type { LegId, UserId } from '../../domain/ids.ts';
import type { Json } from '../../domain/json.ts';
import { ledgerEvent } from '../../domain/ledger-event.ts';
import { formatMoney, isGreater, zero } from '../../domain/money.ts';
import { orderStates } from '../../domain/order.ts';
import { legStates } from '../../domain/payout-leg.ts';
import { legPaid } from '../../domain/postings.ts';
import { enqueueWoken } from '../../queues/enqueue-woken.ts';
import { jobForLeg } from '../../queues/next-job.ts';
import type { Enqueue } from '../../queues/transact.ts';
import { contradictionsOf, heldLeg, reinstate } from '../../store/contradictions.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { disproveDone, withdrawUnsent } from '../../store/effects/effects.ts';
import { closeByHand, saidByPerson } from '../../store/effects/effects-by-hand.ts';
import type { Effect, PayoutLeg } from '../../store/entities/money.ts';
import type { Order } from '../../store/entities/order.ts';
import { moneyReturned, release } from '../../store/money/funding.ts';
import { post } from '../../store/money/ledger.ts';
import { claimOrder } from '../../store/orders/orders.ts';
import { note } from '../../store/orders/timeline.ts';
import {
  claimLeg,
  findLeg,
  goOnProvenLeg,
  isAnotherPayout,
  legAmount,
  lockOrdersOf,
  moveLeg,
  requestCancel,
  saveProviderReference,
  wakeLeg,
} from '../../store/payouts/legs.ts';
import { legsOfPayout, withdrawUnsentPayout } from '../../store/payouts/payouts-of-leg.ts';
import { reduceLeg } from '../cancel-payout.ts';
import { type Decision, markNotHappened, refusal, told } from '../decision-refused.ts';
import { endFreeze } from '../end-freeze.ts';
import type { PayoutDecision } from './decision-schemas.ts';
import { isLeftOpen, isShown, type PayoutFacts, payoutChoices, payoutFacts } from './payout-choices.ts';

type PaidElsewhere = Extract<PayoutDecision, { decision: 'paid-elsewhere' }>;

/** @throws DecisionRefused */
export async function decidePayout(
  em: EntityManager,
  enqueue: Enqueue,
  id: LegId,
  { decision, by, why }: Decision<PayoutDecision>,
): Promise<PayoutLeg> {
  const { leg, order } = await claimWithOrder(em, id);
  const facts = await payoutFacts(em, leg);
  const refused = payoutChoices(facts)[decision.decision];
  if (refused) throw refused;
  const text = `payout to ${leg.beneficiary} decided by a person (${decision.decision}): ${why}`;
  // One payout may pay several legs: the decision goes into the timeline of each.
  for (const said of [leg, ...facts.others])
    await note(em, said.orderId, 'noted', text, { by, leg: id, ...told(decision) });
  switch (decision.decision) {
    case 'not-paid':
      await nothingArrived(em, facts);
      break;
    case 'paid':
      await paid(em, enqueue, order, facts, { reference: decision.reference, by });
      break;
    case 'pay-again':
      return payAgain(em, enqueue, leg);
    case 'paid-elsewhere':
      await paidElsewhere(em, facts, decision);
      break;
    default:
      return unreachable(decision);
  }
  if (leg.status === 'NEEDS_REVIEW') await moveLeg(em, leg, 'PENDING', { reason: null });
  if (leg.status === 'PENDING') enqueue(jobForLeg(leg));
  return leg;
}

/** Claims the order before the leg, so that no refund of the order runs at the same time. */
async function claimWithOrder(em: EntityManager, id: LegId): Promise<{ leg: PayoutLeg; order: Order }> {
  const found = await findLeg(em, id);
  const order = found && (await claimOrder(em, found.orderId, orderStates));
  const leg = order && (await claimLeg(em, id, legStates));
  if (!leg) throw refusal('NOT_FOUND', 'there is no such payout');
  return { leg, order };
}

async function nothingArrived(em: EntityManager, facts: PayoutFacts): Promise<void> {
  const { leg, pay } = facts;
  if (!isLeftOpen(facts)) {
    await withdrawUnsent(em, 'pay', pay?.subject ?? leg.id);
    await markNotHappened(em, pay);
    return release(em, 'pay', leg.id);
  }
  if (pay) await disproveDone(em, pay, 'DECIDED_BY_PERSON');
  await moneyReturned(em, 'pay', leg.id);
}

async function paid(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  facts: PayoutFacts,
  { reference, by }: { reference: string; by: UserId },
): Promise<void> {
  const { leg, pay } = facts;
  if (!pay) await wasGivenUp(em, enqueue, order, leg, { reference, by });
  else if (pay.status === 'OPEN' || (saidByPerson(pay) && !isShown(facts))) await wasSent(em, leg, pay, reference);
}

/** The payout was given up, its provider shows it after all, and no other was sent in its place: it pays the leg. */
async function wasGivenUp(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  leg: PayoutLeg,
  { reference, by }: { reference: string; by: UserId },
): Promise<void> {
  const shownAs = (evidence: Json) =>
    typeof evidence === 'object' && evidence !== null && 'reference' in evidence && evidence.reference;
  const found = (await contradictionsOf(em, leg.orderId)).find(
    ({ subject, evidence }) => subject === leg.id && shownAs(evidence) === reference,
  );
  const legs = found ? await legsOfPayout(em, { id: found.effectId }) : [];
  await lockOrdersOf(em, legs);
  for (const one of legs) await withdrawUnsentPayout(em, one);
  if (!found || !(await reinstate(em, found.effectId, by, { reference })))
    throw refusal('NOTHING_IN_DOUBT', 'nothing that was sent for this payout is shown under that reference');
  for (const one of legs) {
    await saveProviderReference(em, one.id, reference);
    if (one.id === leg.id) await endFreeze(em, enqueue, order, 'CONTRADICTION');
    else await goesOn(em, enqueue, one);
  }
}

/** Another leg of the same payout: the payout no longer keeps that leg and its order waiting. */
async function goesOn(em: EntityManager, enqueue: Enqueue, { id, orderId }: PayoutLeg): Promise<void> {
  const order = await claimOrder(em, orderId, orderStates);
  if (order) await endFreeze(em, enqueue, order, 'CONTRADICTION');
  await goOnProvenLeg(em, id);
  const held = await heldLeg(em, id);
  if (held) await moveLeg(em, held, 'PENDING', { reason: null });
  await enqueueWoken(enqueue, wakeLeg(em, id), jobForLeg);
}

async function wasSent(em: EntityManager, { id }: PayoutLeg, effect: Effect, reference: string): Promise<void> {
  if (await isAnotherPayout(em, effect, reference))
    throw refusal('REFERENCE_TAKEN', `${reference} is another payout of ours`);
  await closeByHand(em, effect, { reference });
  for (const leg of await legsOfPayout(em, effect)) {
    await saveProviderReference(em, leg.id, reference);
    if (leg.id !== id) await goOnProvenLeg(em, leg.id);
  }
}

/**
 * The worker asks the provider first: another payout leaves only after the provider confirms that the receiver does not
 * have the money. An unclaimed payout is cancelled first.
 */
async function payAgain(em: EntityManager, enqueue: Enqueue, leg: PayoutLeg): Promise<PayoutLeg> {
  if (leg.status === 'UNCLAIMED') await requestCancel(em, leg);
  else await moveLeg(em, leg, 'PENDING', { reason: null });
  const woken = await enqueueWoken(enqueue, wakeLeg(em, leg.id), jobForLeg);
  invariant(woken, `leg ${leg.id} is there`);
  return woken;
}

/** @throws DecisionRefused when the amount exceeds the leg, or the reference is already booked */
async function paidElsewhere(
  em: EntityManager,
  facts: PayoutFacts,
  { amount, reference }: PaidElsewhere,
): Promise<void> {
  const { leg } = facts;
  const due = legAmount(leg);
  if (amount.currency !== due.currency || isGreater(amount, due))
    throw refusal('MORE_THAN_LEFT', `the payout is of ${formatMoney(due)}`);
  await nothingArrived(em, facts);
  const { beneficiary, userId: holder, orderId } = leg;
  const booked = await post(em, {
    source: 'elsewhere',
    event: ledgerEvent.paidElsewhere(leg.id, reference),
    orderId,
    postings: legPaid({ beneficiary, holder, amount, fee: zero(amount.currency), from: 'elsewhere' }),
  });
  if (!booked) throw refusal('REFERENCE_TAKEN', `${reference} is booked for this payout already`);
  await reduceLeg(em, leg, amount, 'PAID_ELSEWHERE');
}
