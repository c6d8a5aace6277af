import type { UserId } from '../domain/ids.ts';
import { isInDoubt, withdrawUnsent } from '../store/effects.ts';
import { disproveByHand, saidByPerson } from '../store/effects-by-hand.ts';
import type { Effect } from '../store/entities/money.ts';
import { type Purpose, release } from '../store/funding.ts';
import type { EntityManager } from '../store/open.ts';

/** What somebody decides, who they are, and what they have seen. */
export type Deed<Decision> = { readonly decision: Decision; readonly by: UserId; readonly why: string };

export type DecisionProblem =
  | 'NOT_IN_REVIEW'
  | 'GOODS_ORDERED'
  | 'NOTHING_IN_DOUBT'
  | 'NOTHING_ORDERED'
  | 'ORDER_FROZEN'
  | 'REFUND_SENT'
  | 'NOT_PAID'
  | 'PAYOUT_SENT'
  | 'NOT_CONTRADICTED'
  | 'BOOKED_BY_ITSELF'
  | 'REFERENCE_TAKEN';

/** The facts do not allow it. */
export class DecisionRefused extends Error {
  override readonly name = 'DecisionRefused';
  readonly code: DecisionProblem;
  constructor(code: DecisionProblem, message: string) {
    super(message);
    this.code = code;
  }
}

/** What was held for it is free again. @throws DecisionRefused when it is known to have happened */
export async function didNotHappen(
  em: EntityManager,
  effect: Effect | null,
  purpose: Purpose,
  subject: string,
  happened: readonly [DecisionProblem, string],
): Promise<void> {
  if (effect?.status === 'DONE' && !saidByPerson(effect)) throw new DecisionRefused(...happened);
  await withdrawUnsent(em, purpose, subject);
  if (effect && (isInDoubt(effect) || saidByPerson(effect))) await disproveByHand(em, effect);
  await release(em, purpose, subject);
}
