import type { LegId } from '../domain/ids.ts';
import type { LegState } from '../domain/payout-leg.ts';
import { isInDoubt, standingEffect, withdrawUnsent } from './effects.ts';
import type { PayoutLeg } from './entities/money.ts';
import { release } from './funding.ts';
import { claimLeg, moveLeg } from './legs.ts';
import type { EntityManager } from './open.ts';

/** The provider's own word: the money is not with the receiver. */
const cameBack: readonly LegState[] = ['FAILED', 'RETURNED', 'REVERSED'];
/** Nothing has left in these as long as no effect stands. */
const notPaid: readonly LegState[] = ['PENDING', 'SENT', 'SKIPPED_INSUFFICIENT_FUNDS', 'NEEDS_REVIEW', ...cameBack];

/**
 * Takes over a leg whose money is certainly with us; null when it has left, or may have. A request that never left is
 * taken back: its sum holds no more. The caller owns the order, so that nobody sends meanwhile.
 */
export async function claimUnpaid(em: EntityManager, id: LegId): Promise<PayoutLeg | null> {
  await withdrawUnsent(em, 'pay', id);
  const effect = await standingEffect(em, 'pay', id);
  return isInDoubt(effect) ? null : claimLeg(em, id, effect ? cameBack : notPaid);
}

/** Its share is not owed any more. The caller owns it. */
export async function cancelLeg(em: EntityManager, leg: PayoutLeg, reason: string): Promise<void> {
  await moveLeg(em, leg, 'CANCELLED', { reason });
  await release(em, 'pay', leg.id);
}
