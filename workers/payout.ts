import { effectKey } from '../domain/effect-key.ts';
import type { LegId } from '../domain/ids.ts';
import { add, equals } from '../domain/money.ts';
import { refusalIn, Terminal } from '../domain/outcome.ts';
import { cameBack, type LegState, legStates } from '../domain/payout-leg.ts';
import { disproveDone, once, standingEffect } from '../store/effects.ts';
import type { Effect, PayoutLeg } from '../store/entities/money.ts';
import { type Reserved, reserve } from '../store/funding.ts';
import { legHindrance } from '../store/leg-hindrance.ts';
import { fitToSale } from '../store/leg-worth.ts';
import { assertLegOwner, claimLeg, legAmount, lockLeg, moveLeg, resizeLeg } from '../store/legs.ts';
import { findOrder, LostClaim } from '../store/orders.ts';
import { nameOfLeg } from '../store/outside-names.ts';
import { shortageText, withBalance } from './balance.ts';
import { type Context, later, onceContext, type Processor } from './context.ts';
import { atAccount } from './own-account.ts';
import { addressNow } from './payout-address.ts';
import { acceptedByProvider, takeStanding } from './payout-outcome.ts';
import { readPayout } from './payout-read.ts';
import { type PayoutRoute, payoutRoute, type Sent } from './payout-route.ts';
import { again, refused, rest, review, settle, skip } from './payout-trouble.ts';

/** What has ended is looked at again when its provider tells of it: the money came back, or arrived after all. */
const carriedOn: readonly LegState[] = legStates.filter(state => state !== 'NEEDS_REVIEW');
const owed: ReadonlySet<LegState> = new Set(['PENDING', 'SKIPPED_INSUFFICIENT_FUNDS']);
const notThere: ReadonlySet<LegState | undefined> = new Set<LegState>(cameBack);
const underWay: ReadonlySet<LegState> = new Set([...owed, 'SENT']);

/** Pays one share of one sale, once, and follows it until the provider says how it ended. */
export const payout: Processor<'legId'> = async ({ legId }, ctx) => {
  const leg = await ctx.store.transaction(em => claimLeg(em, legId as LegId, carriedOn));
  if (!leg) return 'nothing to do: the leg is settled, or waits for a person';
  try {
    return await follow(ctx, leg).catch(error => settle(ctx, leg, error));
  } catch (error) {
    // The claim may also be lost while what the payout met is written down.
    if (error instanceof LostClaim) return 'another run owns the leg now';
    throw error;
  }
};

async function follow(ctx: Context, leg: PayoutLeg): Promise<string> {
  const sent = (await sentBefore(ctx, leg)) ?? (await sendNow(ctx, leg));
  if (typeof sent === 'string') return sent;
  const then = sentThrough(ctx, leg, sent);
  const standing = await readPayout(then, sent).catch(refusalIn);
  // It was sent, and may be paid: a "no" to our question does not undo that.
  if (standing instanceof Terminal) return review(ctx, leg, standing);
  if (leg.status !== 'CANCELLED' && !notThere.has(leg.status)) return takeStanding(ctx, leg, then, standing);
  if (notThere.has(standing.state)) return rest(ctx, leg, `still ${leg.status}`);
  // It had not arrived, or had come back, and its provider has paid it after all.
  await afterAll(ctx, leg, then, sent);
  return takeStanding(ctx, leg, then, standing);
}

/** The account that a payout was sent from: it alone knows how that stands. @throws Unreadable without its keys */
const sentThrough = (ctx: Context, leg: PayoutLeg, { account }: Effect): PayoutRoute =>
  payoutRoute(atAccount(ctx, leg.route, account), leg);

/** What was sent is on its way, or there, after all: the leg pays what was sent, whatever it was to pay since. */
const afterAll = (ctx: Context, leg: PayoutLeg, route: PayoutRoute, { request }: Effect): Promise<void> =>
  ctx.store.transaction(async em => {
    await lockLeg(em, leg);
    await moveLeg(em, leg, 'SENT', { reason: null });
    const asked = route.asked(request);
    if (!equals(asked, legAmount(leg))) await resizeLeg(em, leg, asked);
  });

const frozen = async (ctx: Context, leg: PayoutLeg): Promise<string | null | undefined> =>
  (await ctx.store.read(em => findOrder(em, leg.orderId)))?.frozenFor;

/**
 * A leg that is to be paid again was sent before. Only when its provider says now that the money is not with the
 * receiver does that payout count as not having happened, and a new generation may be sent. It is asked also while the
 * order is frozen: a refund that comes then has to know whether the leg is paid.
 */
async function earlierPayout(ctx: Context, leg: PayoutLeg): Promise<string | undefined> {
  const effect = await ctx.store.read(em => standingEffect(em, 'pay', leg.id));
  if (effect?.status !== 'DONE') return undefined;
  const then = sentThrough(ctx, leg, effect);
  const standing = await readPayout(then, effect).catch(refusalIn);
  if (standing instanceof Terminal) return review(ctx, leg, standing);
  if (notThere.has(standing.state)) {
    await ctx.store.transaction(async em => {
      await lockLeg(em, leg);
      await disproveDone(em, effect, `PAYOUT_${standing.rawStatus}`);
    });
    return undefined;
  }
  await afterAll(ctx, leg, then, effect);
  return takeStanding(ctx, leg, then, standing);
}

/** What was sent is read back, also while its order is frozen. What is owed again is another matter. */
async function sentBefore(ctx: Context, leg: PayoutLeg): Promise<Effect | undefined> {
  if (owed.has(leg.status)) return undefined;
  const effect = await ctx.store.read(em => standingEffect(em, 'pay', leg.id));
  return effect?.status === 'DONE' ? effect : undefined;
}

/** Sends what may leave now; gives a text when it may not. What is paid never leaves again. */
async function sendNow(ctx: Context, leg: PayoutLeg): Promise<Effect | string> {
  if (leg.status === 'PAID') return rest(ctx, leg, 'still paid, by other means');
  if (!underWay.has(leg.status)) return rest(ctx, leg, `still ${leg.status}`);
  const standing = owed.has(leg.status) ? await earlierPayout(ctx, leg) : undefined;
  if (standing) return standing;
  if (leg.notBefore > ctx.now()) return again(ctx, leg, leg.notBefore, 'held back until its day');
  const stopped = await frozen(ctx, leg);
  if (stopped) return again(ctx, leg, later(ctx, ctx.config.waitRecheckMs), `frozen: ${stopped}`);
  const waits = owed.has(leg.status) ? await addressNow(ctx, leg) : undefined;
  if (waits) return waits;
  const route = payoutRoute(ctx, leg);
  if (owed.has(leg.status)) {
    const refusal = await reserveFunds(ctx, leg, route);
    if (refusal) return refusal;
  }
  const sent = await send(ctx, leg, route).catch(refusalIn);
  if (sent instanceof Terminal) return refused(ctx, leg, sent);
  return (await sentBefore(ctx, leg)) ?? again(ctx, leg, ctx.now(), 'settled elsewhere meanwhile');
}

/**
 * Makes the leg what its sale is worth now, reserves that and the fee, and moves the leg to SENT, in one commit. Gives a
 * text when there is not enough, or nothing is left to pay.
 */
async function reserveFunds(ctx: Context, leg: PayoutLeg, route: PayoutRoute): Promise<string | undefined> {
  const payer = { ownerId: null, provider: route.name, read: route.balance };
  const { id: subject, userId } = leg;
  const held = await withBalance<Reserved>(ctx, payer, async em => {
    await lockLeg(em, leg);
    await fitToSale(em, leg);
    if (leg.status === 'CANCELLED') return { reserved: true };
    const amount = add(legAmount(leg), route.feeMax);
    const want = { ownerId: null, provider: route.name, purpose: 'pay', subject, userId, amount } as const;
    const answer = await reserve(em, want);
    if (answer.reserved) await moveLeg(em, leg, 'SENT');
    return answer;
  });
  if (leg.status === 'CANCELLED') return 'CANCELLED: its sale was refunded';
  if (held.reserved) return undefined;
  return skip(ctx, leg, shortageText(held));
}

const send = (ctx: Context, leg: PayoutLeg, route: PayoutRoute): Promise<Sent> =>
  once(onceContext(ctx), {
    purpose: 'pay',
    subject: leg.id,
    route: route.name,
    account: route.account,
    environment: route.environment,
    keyFor: async (em, number) => effectKey('pay', await nameOfLeg(em, leg), number),
    freeze: key => route.freeze(leg, key),
    resendForMs: route.resendForMs,
    lookForMs: route.lookForMs,
    deduplicates: route.deduplicates,
    mayStillLeave: () => ctx.store.read(em => legHindrance(em, leg)),
    assertOwner: em => assertLegOwner(em, leg),
    leaving: async em => {
      // Asked once more under the order's lock: a refund that was booked since is seen by the next run.
      if (await legHindrance(em, leg)) throw new LostClaim(leg.id);
    },
    find: effect => route.find(effect),
    send: (effect, departure) => route.send(effect, departure),
    record: (em, sent, effect) => acceptedByProvider(em, leg, route, { ...sent, key: effect.idempotencyKey }),
  });
