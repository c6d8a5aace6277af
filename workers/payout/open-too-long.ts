import { dayMs } from '../../domain/durations.ts';
import type { PayoutLeg } from '../../store/entities/money.ts';
import { note } from '../../store/orders/timeline.ts';
import { blocked, moveLeg, neverCreated, notFinal } from '../../store/payouts/legs.ts';
import { standingPayout } from '../../store/payouts/payouts-of-leg.ts';
import type { Context } from '../context/context.ts';
import type { PayoutRoute, PayoutStatus } from './payout-route.ts';

/** PayPal returns held payouts after thirty days: one that is not final then will not become so by itself. */
const openForMs = 31 * dayMs;

/**
 * A payout was accepted, but has no final state. Gives it to a person: at once if its provider has blocked it,
 * otherwise when it has been missing, or open, for too long. Returns the reason. It is never taken for failed.
 */
export async function openTooLong(
  ctx: Context,
  leg: PayoutLeg,
  route: PayoutRoute,
  standing: PayoutStatus,
): Promise<string | undefined> {
  const effect = await ctx.store.read(em => standingPayout(em, leg));
  if (leg.status !== 'SENT' || !effect?.firstSentAt) return undefined;
  const [reason, patienceMs] = standing.blocked
    ? [blocked, 0]
    : standing.missing
      ? [neverCreated, route.missForMs]
      : [notFinal, openForMs];
  if (ctx.now().getTime() < effect.firstSentAt.getTime() + patienceMs) return undefined;
  const { account, idempotencyKey: key, firstSentAt } = effect;
  const evidence = {
    route: route.name,
    account,
    key,
    status: standing.rawStatus,
    firstSentAt: firstSentAt.toISOString(),
  };
  const says = standing.missing ? 'does not show it' : `says ${standing.rawStatus}`;
  await ctx.store.transaction(async em => {
    const text = `${route.label} accepted payout ${key}, and ${says}. Check there what happened to it.`;
    await note(em, leg.orderId, 'noted', text, { leg: leg.id, evidence });
    await moveLeg(em, leg, 'NEEDS_REVIEW', { reason });
  });
  return reason;
}
