import { standingEffect } from '../store/effects.ts';
import type { PayoutLeg } from '../store/entities/money.ts';
import { moveLeg, neverCreated } from '../store/legs.ts';
import { note } from '../store/timeline.ts';
import type { Context } from './context.ts';
import type { PayoutRoute } from './payout-route.ts';

/** Accepted, and not shown since: a person is asked once it has been looked for long enough. */
export async function missedTooLong(ctx: Context, leg: PayoutLeg, route: PayoutRoute): Promise<boolean> {
  const effect = await ctx.store.read(em => standingEffect(em, 'pay', leg.id));
  if (leg.status !== 'SENT' || !effect?.firstSentAt) return false;
  if (ctx.now().getTime() < effect.firstSentAt.getTime() + route.missForMs) return false;
  const { account, idempotencyKey: key, firstSentAt } = effect;
  const evidence = { route: route.name, account, key, firstSentAt: firstSentAt.toISOString() };
  await ctx.store.transaction(async em => {
    await moveLeg(em, leg, 'NEEDS_REVIEW', { reason: neverCreated });
    const text = `${route.label} accepted payout ${key}, and does not show it. Look there whether it was made.`;
    await note(em, leg.orderId, 'noted', text, { leg: leg.id, evidence });
  });
  return true;
}
