import type { LegId } from '../domain/ids.ts';
import { type Money, subtract } from '../domain/money.ts';
import { cameBack, type LegState } from '../domain/payout-leg.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import { isInDoubt } from '../store/effects/effects.ts';
import type { PayoutLeg } from '../store/entities/money.ts';
import { release } from '../store/money/funding.ts';
import { claimLeg, legAmount, moveLeg, resizeLeg, wakeUnclaimed } from '../store/payouts/legs.ts';
import { standingPayout, withdrawUnsentPayout } from '../store/payouts/payouts-of-leg.ts';

/** In these states no money has left, unless a payout effect stands. */
const notPaid: readonly LegState[] = ['PENDING', 'SENT', 'SKIPPED_INSUFFICIENT_FUNDS', 'NEEDS_REVIEW', ...cameBack];

/**
 * Claims a leg whose money is certainly still with us; null when it has left, or may have. Withdraws a payout request
 * that was never sent; what is reserved for it stays so until the leg is paid or cancelled. Wakes the worker of a leg
 * that its receiver has not claimed: it cancels that payout at the provider if the sale is worth less by now. The caller
 * owns the order, so no payout is sent meanwhile.
 */
export async function claimUnpaidLeg(em: EntityManager, id: LegId): Promise<PayoutLeg | null> {
  await withdrawUnsentPayout(em, { id });
  const effect = await standingPayout(em, { id });
  const leg = isInDoubt(effect) ? null : await claimLeg(em, id, effect ? cameBack : notPaid);
  if (!leg) await wakeUnclaimed(em, id);
  return leg;
}

/**
 * Lowers the leg by `by`, or cancels it when nothing remains: its sale was refunded, or its receiver was paid
 * elsewhere. The caller owns the leg.
 */
export async function reduceLeg(em: EntityManager, leg: PayoutLeg, by: Money, why = 'SALE_REFUNDED'): Promise<void> {
  const left = subtract(legAmount(leg), by);
  await (left.amountMinor > 0n ? resizeLeg(em, leg, left) : cancelLeg(em, leg, why));
}

/** The leg's share is no longer owed. The caller owns the leg. */
export async function cancelLeg(em: EntityManager, leg: PayoutLeg, reason: string): Promise<void> {
  await moveLeg(em, leg, 'CANCELLED', { reason });
  await release(em, 'pay', leg.id);
}
