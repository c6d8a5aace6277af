import type { LegId } from '../../domain/ids.ts';
import { refusalIn, Terminal } from '../../domain/outcome.ts';
import { type LegState, legStates } from '../../domain/payout-leg.ts';
import type { Effect, PayoutLeg } from '../../store/entities/money.ts';
import { findOrder } from '../../store/orders/orders.ts';
import { claimLeg } from '../../store/payouts/legs.ts';
import { type Context, later, type Processor } from '../context/context.ts';
import { meaningOf } from '../step/error-meaning.ts';
import { payoutRoute } from './choose-route.ts';
import { again, refused, rest, settle } from './leg-step.ts';
import { addressNow } from './payout-address.ts';
import { releasePayout } from './release.ts';
import { sendPayout } from './send.ts';
import { acceptedPayout, earlierPayout, readBack } from './sent-before.ts';

/** What has ended is looked at again when its provider tells of it: the money came back, or arrived after all. */
const carriedOn: readonly LegState[] = legStates.filter(state => state !== 'NEEDS_REVIEW');
const owed: ReadonlySet<LegState> = new Set(['PENDING', 'SKIPPED_INSUFFICIENT_FUNDS']);
const underWay: ReadonlySet<LegState> = new Set([...owed, 'SENT']);

/** Pays one share of one sale, once, and follows it until the provider says how it ended. */
export const payout: Processor<'legId'> = async ({ legId }, ctx) => {
  const leg = await ctx.store.transaction(em => claimLeg(em, legId as LegId, carriedOn));
  if (!leg) return 'nothing to do: the leg is settled, or waits for a person';
  try {
    return await follow(ctx, leg).catch(error => settle(ctx, leg, error));
  } catch (error) {
    // The claim may also be lost while what the payout met is written down.
    if (meaningOf(error).kind === 'lost') return 'another run owns the leg now';
    throw error;
  }
};

/** What was sent is read back, also while its order is frozen. What is owed again is another matter. */
async function follow(ctx: Context, leg: PayoutLeg): Promise<string> {
  const before = owed.has(leg.status) ? undefined : await acceptedPayout(ctx, leg);
  const sent = before ?? (await sendNow(ctx, leg));
  return typeof sent === 'string' ? sent : readBack(ctx, leg, sent);
}

/** Sends what may leave now; gives a text when it may not. What is paid never leaves again. */
async function sendNow(ctx: Context, leg: PayoutLeg): Promise<Effect | string> {
  if (leg.status === 'PAID') return rest(ctx, leg, 'still paid, by other means');
  if (!underWay.has(leg.status)) return rest(ctx, leg, `still ${leg.status}`);
  const isOwed = owed.has(leg.status);
  const standing = isOwed ? await earlierPayout(ctx, leg) : undefined;
  if (standing) return standing;
  if (leg.notBefore > ctx.now()) return again(ctx, leg, leg.notBefore, 'held back until its day');
  const stopped = await frozen(ctx, leg);
  if (stopped) return again(ctx, leg, later(ctx, ctx.config.waitRecheckMs), `frozen: ${stopped}`);
  const waits = isOwed ? await addressNow(ctx, leg) : undefined;
  if (waits) return waits;
  const route = payoutRoute(ctx, leg);
  const stays = isOwed ? await releasePayout(ctx, leg, route) : undefined;
  if (stays) return stays;
  const sent = await sendPayout(ctx, leg, route).catch(refusalIn);
  if (sent instanceof Terminal) return refused(ctx, leg, sent);
  return (await acceptedPayout(ctx, leg)) ?? again(ctx, leg, ctx.now(), 'settled elsewhere meanwhile');
}

const frozen = async (ctx: Context, leg: PayoutLeg): Promise<string | null | undefined> =>
  (await ctx.store.read(em => findOrder(em, leg.orderId)))?.frozenFor;
