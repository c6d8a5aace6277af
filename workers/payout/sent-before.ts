/** Earlier payouts of a leg: read back, and judged by what the provider says now. */

import { refusalIn, Terminal } from '../../domain/call-outcome.ts';
import { equals } from '../../domain/money.ts';
import { hasComeBack, type LegState } from '../../domain/payout-leg.ts';
import { enqueueWoken } from '../../queues/enqueue-woken.ts';
import { payoutQueue } from '../../queues/payout.ts';
import { disproveDone } from '../../store/effects/effects.ts';
import type { Effect, PayoutLeg } from '../../store/entities/money.ts';
import { legAmount, lockLeg, moveLeg, resizeLeg, wakeLeg } from '../../store/payouts/legs.ts';
import { legsOfPayout, standingPayout } from '../../store/payouts/payouts-of-leg.ts';
import { atAccount } from '../connections/own-account.ts';
import type { Context } from '../context/context.ts';
import { type Ended, ended } from '../step/stopped-early.ts';
import { applyPayoutStatus } from './apply-status.ts';
import { payoutRoute } from './choose-route.ts';
import { recheck, review, waitForNews } from './leg-step.ts';
import { partFor } from './part-of-collected.ts';
import type { PayoutRoute } from './payout-route.ts';
import { readPayout } from './read-status.ts';

/** States in which, as far as we know, the money has left. */
const onItsWay: ReadonlySet<LegState> = new Set(['SENT', 'PAID', 'UNCLAIMED']);

/** The leg's standing payout, if its provider has accepted it. */
export async function acceptedPayout(ctx: Context, leg: PayoutLeg): Promise<Effect | undefined> {
  const effect = await ctx.store.read(em => standingPayout(em, leg));
  return effect?.status === 'DONE' ? effect : undefined;
}

/** Reads a sent payout back, and moves the leg accordingly. */
export async function readBack(ctx: Context, leg: PayoutLeg, sent: Effect): Promise<string> {
  const then = await sentThrough(ctx, leg, sent);
  const standing = await readPayout(then, sent).catch(refusalIn);
  // The payout was sent, and may be paid: a refusal to show it does not undo that.
  if (standing instanceof Terminal) return review(ctx, leg, standing);
  if (leg.status !== 'CANCELLED' && !hasComeBack(leg.status)) return applyPayoutStatus(ctx, leg, then, standing);
  if (hasComeBack(standing.state)) return waitForNews(ctx, leg, { note: `still ${leg.status}` });
  // We had booked it as failed or returned, and the provider has paid it after all.
  await sentAfterAll(ctx, leg, then, sent);
  return applyPayoutStatus(ctx, leg, then, standing);
}

/**
 * Before a leg is paid again, asks about its earlier payout. Only when the provider says now that the receiver does not
 * have the money is that effect disproven, and a new generation may be sent. The provider is asked even while the order
 * is frozen: a refund that comes then must know whether the leg is paid.
 */
export async function earlierPayout(ctx: Context, leg: PayoutLeg): Promise<Ended | undefined> {
  const effect = await acceptedPayout(ctx, leg);
  if (!effect) return undefined;
  const then = await sentThrough(ctx, leg, effect);
  const standing = await readPayout(then, effect).catch(refusalIn);
  if (standing instanceof Terminal) return ended(review(ctx, leg, standing));
  if (hasComeBack(standing.state)) {
    const { waitRecheckMs } = ctx.config;
    if (await hasOthersToRead(ctx, leg, effect))
      return ended(recheck(ctx, leg, waitRecheckMs, { note: 'the others that it paid are read back first' }));
    await ctx.store.transaction(async em => {
      await lockLeg(em, leg);
      await disproveDone(em, effect, `PAYOUT_${standing.rawStatus}`);
    });
    return undefined;
  }
  await sentAfterAll(ctx, leg, then, effect);
  return ended(applyPayoutStatus(ctx, leg, then, standing));
}

/** A collected payout that came back still counts as sent until each leg that it paid has learned of it. */
const hasOthersToRead = (ctx: Context, { id }: PayoutLeg, effect: Effect): Promise<boolean> =>
  ctx.transact(async (em, enqueue) => {
    const others = (await legsOfPayout(em, effect)).filter(leg => leg.id !== id && onItsWay.has(leg.status));
    for (const other of others) {
      await enqueueWoken(enqueue, wakeLeg(em, other.id), payoutQueue.jobFor);
    }
    return others.length > 0;
  });

/** The route through the account that sent the payout, which alone shows it. @throws Unreadable without its keys */
function sentThrough(ctx: Context, leg: PayoutLeg, effect: Effect): Promise<PayoutRoute> {
  const route = payoutRoute(atAccount(ctx, leg.route, effect.account), leg);
  return ctx.store.read(em => partFor(em, route, leg, effect));
}

/** The payout has left or arrived after all: the leg is SENT again, with the amount that was sent. */
const sentAfterAll = (ctx: Context, leg: PayoutLeg, route: PayoutRoute, { request }: Effect): Promise<void> =>
  ctx.store.transaction(async em => {
    await lockLeg(em, leg);
    await moveLeg(em, leg, 'SENT', { reason: null });
    const asked = route.asked(request);
    if (!equals(asked, legAmount(leg))) await resizeLeg(em, leg, asked);
  });
