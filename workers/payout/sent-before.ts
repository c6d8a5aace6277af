/** What was sent for a leg before: asked about again, and taken for what its provider says. */

import { refusalIn, Terminal } from '../../domain/call-outcome.ts';
import { equals } from '../../domain/money.ts';
import { cameBack, type LegState } from '../../domain/payout-leg.ts';
import { enqueueWoken } from '../../queues/enqueue-woken.ts';
import { payoutQueue } from '../../queues/payout.ts';
import { disproveDone } from '../../store/effects/effects.ts';
import type { Effect, PayoutLeg } from '../../store/entities/money.ts';
import { legAmount, lockLeg, moveLeg, resizeLeg, wakeLeg } from '../../store/payouts/legs.ts';
import { legsOfPayout, standingPayout } from '../../store/payouts/payouts-of-leg.ts';
import { atAccount } from '../connections/own-account.ts';
import type { Context } from '../context/context.ts';
import { type Ended, ended } from '../step/ended.ts';
import { applyPayoutStatus } from './apply-status.ts';
import { payoutRoute } from './choose-route.ts';
import { recheck, review, waitForNews } from './leg-step.ts';
import { partFor } from './part-of-collected.ts';
import type { PayoutRoute } from './payout-route.ts';
import { readPayout } from './read-status.ts';

/** As far as we know. */
const onItsWay: ReadonlySet<LegState> = new Set(['SENT', 'PAID', 'UNCLAIMED']);
const notThere: ReadonlySet<LegState | undefined> = new Set<LegState>(cameBack);

/** The payout of a leg that its provider has accepted. */
export async function acceptedPayout(ctx: Context, leg: PayoutLeg): Promise<Effect | undefined> {
  const effect = await ctx.store.read(em => standingPayout(em, leg));
  return effect?.status === 'DONE' ? effect : undefined;
}

/** Where the leg stands, by what its provider says now of the payout. */
export async function readBack(ctx: Context, leg: PayoutLeg, sent: Effect): Promise<string> {
  const then = await sentThrough(ctx, leg, sent);
  const standing = await readPayout(then, sent).catch(refusalIn);
  // It was sent, and may be paid: a "no" to our question does not undo that.
  if (standing instanceof Terminal) return review(ctx, leg, standing);
  if (leg.status !== 'CANCELLED' && !notThere.has(leg.status)) return applyPayoutStatus(ctx, leg, then, standing);
  if (notThere.has(standing.state)) return waitForNews(ctx, leg, { note: `still ${leg.status}` });
  // It had not arrived, or had come back, and its provider has paid it after all.
  await afterAll(ctx, leg, then, sent);
  return applyPayoutStatus(ctx, leg, then, standing);
}

/**
 * A leg that is to be paid again was sent before. Only when its provider says now that the money is not with the
 * receiver does that payout count as not having happened, and a new generation may be sent. It is asked also while the
 * order is frozen: a refund that comes then has to know whether the leg is paid.
 */
export async function earlierPayout(ctx: Context, leg: PayoutLeg): Promise<Ended | undefined> {
  const effect = await acceptedPayout(ctx, leg);
  if (!effect) return undefined;
  const then = await sentThrough(ctx, leg, effect);
  const standing = await readPayout(then, effect).catch(refusalIn);
  if (standing instanceof Terminal) return ended(review(ctx, leg, standing));
  if (notThere.has(standing.state)) {
    const { waitRecheckMs } = ctx.config;
    if (await othersToRead(ctx, leg, effect))
      return ended(recheck(ctx, leg, waitRecheckMs, { note: 'the others that it paid are read back first' }));
    await ctx.store.transaction(async em => {
      await lockLeg(em, leg);
      await disproveDone(em, effect, `PAYOUT_${standing.rawStatus}`);
    });
    return undefined;
  }
  await afterAll(ctx, leg, then, effect);
  return ended(applyPayoutStatus(ctx, leg, then, standing));
}

/** A collected payout that came back still counts as sent until each leg that it paid has learned of it. */
const othersToRead = (ctx: Context, { id }: PayoutLeg, effect: Effect): Promise<boolean> =>
  ctx.transact(async (em, enqueue) => {
    const others = (await legsOfPayout(em, effect)).filter(leg => leg.id !== id && onItsWay.has(leg.status));
    for (const other of others) {
      await enqueueWoken(enqueue, wakeLeg(em, other.id), payoutQueue.jobFor);
    }
    return others.length > 0;
  });

/** The account that a payout was sent from: it alone knows how that stands. @throws Unreadable without its keys */
function sentThrough(ctx: Context, leg: PayoutLeg, effect: Effect): Promise<PayoutRoute> {
  const route = payoutRoute(atAccount(ctx, leg.route, effect.account), leg);
  return ctx.store.read(em => partFor(em, route, leg, effect));
}

/** What was sent is on its way, or there, after all: the leg pays what was sent, whatever it was to pay since. */
const afterAll = (ctx: Context, leg: PayoutLeg, route: PayoutRoute, { request }: Effect): Promise<void> =>
  ctx.store.transaction(async em => {
    await lockLeg(em, leg);
    await moveLeg(em, leg, 'SENT', { reason: null });
    const asked = route.asked(request);
    if (!equals(asked, legAmount(leg))) await resizeLeg(em, leg, asked);
  });
