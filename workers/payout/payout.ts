import { refusalIn, Terminal } from '../../domain/call-outcome.ts';
import { type LegState, legStates } from '../../domain/payout-leg.ts';
import type { Effect, PayoutLeg } from '../../store/entities/money.ts';
import { findOrder } from '../../store/orders/orders.ts';
import type { Context, Processor } from '../context/context.ts';
import { type Ended, ended } from '../step/stopped-early.ts';
import { payoutRoute } from './choose-route.ts';
import { fail, legStep, recheck, recheckAt, waitForNews } from './leg-step.ts';
import { addressNow } from './payout-address.ts';
import { releasePayout } from './release.ts';
import { sendPayout } from './send.ts';
import { acceptedPayout, earlierPayout, readBack } from './sent-before.ts';

/** Ended legs are included: an event from the provider may say that the money came back, or arrived after all. */
const carriedOn: readonly LegState[] = legStates.filter(state => state !== 'NEEDS_REVIEW');
const owed: ReadonlySet<LegState> = new Set(['PENDING', 'SKIPPED_INSUFFICIENT_FUNDS']);
const underWay: ReadonlySet<LegState> = new Set([...owed, 'SENT']);

/** Pays one share of one sale, once, and follows it until the provider says how it ended. */
export const payout: Processor<'legId'> = ({ legId }, ctx) =>
  legStep(ctx, { id: legId, from: carriedOn }, async leg => {
    // An accepted payout is read back even while its order is frozen. A leg that is owed again goes through `sendNow`.
    const before = owed.has(leg.status) ? undefined : await acceptedPayout(ctx, leg);
    const sent = before ?? (await sendNow(ctx, leg));
    return 'ended' in sent ? sent.ended : readBack(ctx, leg, sent);
  });

/** Sends the payout if it may leave now, otherwise ends the step. A paid leg is never sent again. */
async function sendNow(ctx: Context, leg: PayoutLeg): Promise<Effect | Ended> {
  if (leg.status === 'PAID') return ended(waitForNews(ctx, leg, { note: 'still paid, by other means' }));
  if (!underWay.has(leg.status)) return ended(waitForNews(ctx, leg, { note: `still ${leg.status}` }));
  const isOwed = owed.has(leg.status);
  const standing = isOwed && (await earlierPayout(ctx, leg));
  if (standing) return standing;
  if (leg.notBefore > ctx.now()) return ended(recheckAt(ctx, leg, leg.notBefore, { note: 'held back until its day' }));
  const stopped = await frozen(ctx, leg);
  if (stopped) return ended(recheck(ctx, leg, ctx.config.waitRecheckMs, { note: `frozen: ${stopped}` }));
  const waits = isOwed && (await addressNow(ctx, leg));
  if (waits) return waits;
  const route = payoutRoute(ctx, leg);
  const stays = isOwed && (await releasePayout(ctx, leg, route));
  if (stays) return stays;
  const sent = await sendPayout(ctx, leg, route).catch(refusalIn);
  if (sent instanceof Terminal) return ended(fail(ctx, leg, sent));
  const accepted = await acceptedPayout(ctx, leg);
  return accepted ?? ended(recheckAt(ctx, leg, ctx.now(), { note: 'settled elsewhere meanwhile' }));
}

const frozen = async (ctx: Context, leg: PayoutLeg): Promise<string | null | undefined> =>
  (await ctx.store.read(em => findOrder(em, leg.orderId)))?.frozenFor;
