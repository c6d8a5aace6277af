import type { LegId } from '../domain/ids.ts';
import { add, formatMoney } from '../domain/money.ts';
import { isFailure, NotNow, Retryable, refusalIn, Terminal, Uncertain } from '../domain/outcome.ts';
import type { LegState } from '../domain/payout-leg.ts';
import { isDatabaseAway } from '../store/database-away.ts';
import { disproveDone, once, standingEffect, Unproven } from '../store/effects.ts';
import type { PayoutLeg } from '../store/entities/money.ts';
import { type Reserved, release, reserve } from '../store/funding.ts';
import { assertLegOwner, claimLeg, legAmount, moveLeg, recheckLeg } from '../store/legs.ts';
import { findOrder, LostClaim } from '../store/orders.ts';
import { note } from '../store/timeline.ts';
import { withBalance } from './balance.ts';
import { type Context, later, onceContext, type Processor } from './context.ts';
import { takeStanding } from './payout-outcome.ts';
import { type PayoutRoute, payoutRoute, type Sent } from './payout-route.ts';
import { bugName, stoppedTooLong } from './program-error.ts';

/** PAID is looked at again when its provider says that the money came back. */
const carriedOn: readonly LegState[] = ['PENDING', 'SENT', 'SKIPPED_INSUFFICIENT_FUNDS', 'UNCLAIMED', 'PAID'];
const owed: ReadonlySet<LegState> = new Set(['PENDING', 'SKIPPED_INSUFFICIENT_FUNDS']);
const cameBack: ReadonlySet<LegState | undefined> = new Set<LegState>(['FAILED', 'RETURNED', 'REVERSED']);

/** Pays one share of one sale, once, and follows it until the provider says how it ended. */
export const payout: Processor<'legId'> = async ({ legId }, ctx) => {
  const leg = await ctx.store.transaction(em => claimLeg(em, legId as LegId, carriedOn));
  if (!leg) return 'nothing to do: the leg is settled, or waits for a person';
  try {
    const route = payoutRoute(ctx, leg);
    const sent = (await sentBefore(ctx, leg)) ?? (await sendNow(ctx, leg, route));
    if (typeof sent === 'string') return sent;
    const standing = await route.stand(sent.reference).catch(refusalIn);
    // It was sent, and may be paid: a "no" to our question does not undo that.
    if (standing instanceof Terminal) return await review(ctx, leg, standing);
    return await takeStanding(ctx, leg, route, standing);
  } catch (error) {
    return settle(ctx, leg, error);
  }
};

async function again(ctx: Context, leg: PayoutLeg, at: Date, text: string): Promise<string> {
  await ctx.store.transaction(em => recheckLeg(em, leg, at));
  return text;
}

const frozen = async (ctx: Context, leg: PayoutLeg): Promise<string | null | undefined> =>
  (await ctx.store.read(em => findOrder(em, leg.orderId)))?.frozenFor;

/**
 * A leg that is to be paid again was sent before. Only when its provider says now that the money is not with the
 * receiver does that payout count as not having happened, and a new generation may be sent.
 */
async function earlierPayout(ctx: Context, leg: PayoutLeg, route: PayoutRoute): Promise<string | undefined> {
  const effect = await ctx.store.read(em => standingEffect(em, 'pay', leg.id));
  if (effect?.status !== 'DONE') return undefined;
  const { reference } = effect.result as Sent;
  const standing = await route.stand(reference);
  if (cameBack.has(standing.state)) {
    await ctx.store.transaction(async em => {
      await assertLegOwner(em, leg);
      await disproveDone(em, effect, `PAYOUT_${standing.rawStatus}`);
    });
    return undefined;
  }
  await ctx.store.transaction(em => moveLeg(em, leg, 'SENT'));
  return takeStanding(ctx, leg, route, standing);
}

/** What was sent is read back, also while its order is frozen. What is owed again is another matter. */
async function sentBefore(ctx: Context, leg: PayoutLeg): Promise<Sent | undefined> {
  if (owed.has(leg.status)) return undefined;
  const effect = await ctx.store.read(em => standingEffect(em, 'pay', leg.id));
  return effect?.status === 'DONE' ? (effect.result as Sent) : undefined;
}

/** Sends what may leave now; gives a text when it may not. What is paid never leaves again. */
async function sendNow(ctx: Context, leg: PayoutLeg, route: PayoutRoute): Promise<Sent | string> {
  if (leg.status === 'PAID') return 'nothing to do: the leg was paid by other means';
  if (leg.notBefore > ctx.now()) return again(ctx, leg, leg.notBefore, 'held back until its day');
  const stopped = await frozen(ctx, leg);
  if (stopped) return again(ctx, leg, later(ctx, ctx.config.waitRecheckMs), `frozen: ${stopped}`);
  if (owed.has(leg.status)) {
    const standing = await earlierPayout(ctx, leg, route);
    if (standing) return standing;
    const refusal = await reserveFunds(ctx, leg, route);
    if (refusal) return refusal;
  }
  return send(ctx, leg, route);
}

/** Reserves amount and fee and moves the leg to SENT in one commit. Gives a text when there is not enough. */
async function reserveFunds(ctx: Context, leg: PayoutLeg, route: PayoutRoute): Promise<string | undefined> {
  const amount = add(legAmount(leg), route.feeMax);
  const payer = { ownerId: null, provider: route.name, read: route.balance };
  const { id: subject, userId } = leg;
  const held = await withBalance<Reserved>(ctx, payer, async em => {
    const want = { ownerId: null, provider: route.name, purpose: 'pay', subject, userId, amount } as const;
    const answer = await reserve(em, want);
    if (answer.reserved) await moveLeg(em, leg, 'SENT');
    return answer;
  });
  if (held.reserved) return undefined;
  return skip(ctx, leg, held.free ? `${formatMoney(held.free)} is free` : 'nothing is known of the balance');
}

/** Taken up again by itself: the sweep looks again until the funds are there. */
async function skip(ctx: Context, leg: PayoutLeg, why: string): Promise<string> {
  const at = later(ctx, ctx.config.waitRecheckMs);
  if (leg.status === 'SKIPPED_INSUFFICIENT_FUNDS') return again(ctx, leg, at, `still skipped: ${why}`);
  const reason = 'PAYOUT_SKIPPED_INSUFFICIENT_FUNDS';
  await ctx.store.transaction(async em => {
    await release(em, 'pay', leg.id);
    await moveLeg(em, leg, 'SKIPPED_INSUFFICIENT_FUNDS', { reason, nextCheckAt: at });
  });
  return `${reason}: ${why}`;
}

const send = (ctx: Context, leg: PayoutLeg, route: PayoutRoute): Promise<Sent> =>
  once(onceContext(ctx), {
    purpose: 'pay',
    subject: leg.id,
    route: route.name,
    account: route.account,
    environment: route.environment,
    keyFor: generation => `leg-${leg.id}-${generation}`,
    freeze: key => route.freeze(leg, key),
    resendForMs: route.resendForMs,
    lookForMs: route.lookForMs,
    deduplicates: route.deduplicates,
    assertOwner: em => assertLegOwner(em, leg),
    find: effect => route.find(effect),
    send: effect => route.send(effect),
    record: async (em, { reference }, effect) => {
      await em.execute('update payout_legs set provider_batch_id = ? where id = ?', [reference, leg.id]);
      const detail = { key: effect.idempotencyKey, reference };
      await note(em, leg.orderId, 'effect', `payout to ${leg.beneficiary} accepted by ${route.label}`, detail);
    },
  });

async function review(ctx: Context, leg: PayoutLeg, { code, message }: Terminal | Unproven): Promise<string> {
  await ctx.store.transaction(em => moveLeg(em, leg, 'NEEDS_REVIEW', { reason: code }));
  return `NEEDS_REVIEW: ${message}`;
}

async function settle(ctx: Context, leg: PayoutLeg, error: unknown): Promise<string> {
  if (error instanceof LostClaim) return 'another run owns the leg now';
  if (error instanceof Unproven) return review(ctx, leg, error);
  if (isFailure(error) && error.code.includes('INSUFFICIENT_FUNDS')) return skip(ctx, leg, error.message);
  if (error instanceof Uncertain) {
    const at = later(ctx, error.retryAfterMs ?? ctx.config.lookUpQuarantineMs);
    return again(ctx, leg, at, `uncertain (${error.code}), looked up again at ${at.toISOString()}`);
  }
  if (error instanceof NotNow) await again(ctx, leg, later(ctx, error.retryAfterMs), error.message);
  if (error instanceof Retryable || isDatabaseAway(error)) throw error;
  // Before the leg is SENT only the balance was asked for: nobody's "no" to that ends a payout.
  if (!(error instanceof Terminal) || leg.status !== 'SENT') return stopped(ctx, leg, error);
  await ctx.store.transaction(async em => {
    await release(em, 'pay', leg.id);
    await moveLeg(em, leg, 'FAILED', { reason: error.code });
  });
  return `FAILED: ${error.code}`;
}

async function stopped(ctx: Context, leg: PayoutLeg, error: unknown): Promise<string> {
  const tooLong = await stoppedTooLong(ctx, leg.orderId, `leg/${leg.id}/${leg.stateEntry}`, error);
  if (!tooLong || leg.status === 'PAID') throw error;
  await ctx.store.transaction(em => moveLeg(em, leg, 'NEEDS_REVIEW', { reason: 'PROGRAM_ERROR' }));
  return `NEEDS_REVIEW: a bug of ours (${bugName(error)}) stops this payout`;
}
