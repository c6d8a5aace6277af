import type { LegId } from '../domain/ids.ts';
import { type Money, subtract } from '../domain/money.ts';
import { cameBack, type LegState } from '../domain/payout-leg.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import { isInDoubt } from '../store/effects/effects.ts';
import type { PayoutLeg } from '../store/entities/money.ts';
import { release } from '../store/money/funding.ts';
import { claimLeg, legAmount, moveLeg, resizeLeg, wakeUnclaimed } from '../store/payouts/legs.ts';
import { standingPayout, withdrawUnsentPayout } from '../store/payouts/payouts-of-leg.ts';

/** Nothing has left in these as long as no effect stands. */
const notPaid: readonly LegState[] = ['PENDING', 'SENT', 'SKIPPED_INSUFFICIENT_FUNDS', 'NEEDS_REVIEW', ...cameBack];

/**
 * Takes over a leg whose money is certainly with us; null when it has left, or may have. A request that never left is
 * taken back: its sum holds no more. One that nobody has claimed is looked at by its worker, which takes it back where
 * its sale is worth less. The caller owns the order, so that nobody sends meanwhile.
 */
export async function claimUnpaidLeg(em: EntityManager, id: LegId): Promise<PayoutLeg | null> {
  await withdrawUnsentPayout(em, { id });
  const effect = await standingPayout(em, { id });
  const leg = isInDoubt(effect) ? null : await claimLeg(em, id, effect ? cameBack : notPaid);
  if (!leg) await wakeUnclaimed(em, id);
  return leg;
}

/** Money of its sale went back, or its receiver has it: it pays that much less, or is cancelled. The caller owns it. */
export async function reduceLeg(em: EntityManager, leg: PayoutLeg, by: Money, why = 'SALE_REFUNDED'): Promise<void> {
  const left = subtract(legAmount(leg), by);
  await (left.amountMinor > 0n ? resizeLeg(em, leg, left) : cancelLeg(em, leg, why));
}

/** Its share is not owed any more. The caller owns it. */
export async function cancelLeg(em: EntityManager, leg: PayoutLeg, reason: string): Promise<void> {
  await moveLeg(em, leg, 'CANCELLED', { reason });
  await release(em, 'pay', leg.id);
}
