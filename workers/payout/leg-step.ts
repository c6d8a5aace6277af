/** What becomes of a leg when a step of its payout did not succeed. */
import { type Failure, isFailure, type Terminal, type Uncertain, type Unreadable } from '../../domain/outcome.ts';
import { cameBack } from '../../domain/payout-leg.ts';
import { isInDoubt } from '../../store/effects/effects.ts';
import type { PayoutLeg } from '../../store/entities/money.ts';
import { release } from '../../store/money/funding.ts';
import type { Unproven } from '../../store/once.ts';
import { note } from '../../store/orders/timeline.ts';
import { moveLeg, recheckLeg, restLeg } from '../../store/payouts/legs.ts';
import { standingPayout } from '../../store/payouts/payouts-of-leg.ts';
import { type Context, later } from '../context/context.ts';
import { bugName, stoppedTooLong } from '../step/bug-patience.ts';
import { meaningOf } from '../step/error-meaning.ts';
import { keepAnswerOf, unreadableTooLong } from '../step/unreadable-answer.ts';

/** How soon a payout that has ended is asked after once more, when its provider refused to tell. */
const paidAgainMs = 6 * 3_600_000;

export async function again(ctx: Context, leg: PayoutLeg, at: Date, text: string): Promise<string> {
  await ctx.store.transaction(em => recheckLeg(em, leg, at));
  return text;
}

/** What is paid is looked at only when it is woken: its money may have come back. */
export async function rest(ctx: Context, leg: PayoutLeg, text: string): Promise<string> {
  await ctx.store.transaction(em => restLeg(em, leg));
  return text;
}

/** Taken up again by itself: the sweep looks again until the funds are there. */
export async function skip(ctx: Context, leg: PayoutLeg, why: string, ms = ctx.config.waitRecheckMs): Promise<string> {
  const at = later(ctx, ms);
  if (leg.status === 'SKIPPED_INSUFFICIENT_FUNDS') return again(ctx, leg, at, `still skipped: ${why}`);
  const reason = 'PAYOUT_SKIPPED_INSUFFICIENT_FUNDS';
  await ctx.store.transaction(async em => {
    await moveLeg(em, leg, 'SKIPPED_INSUFFICIENT_FUNDS', { reason, nextCheckAt: at });
    await release(em, 'pay', leg.id);
  });
  return `${reason}: ${why}`;
}

/** The provider has too little for this try. An earlier one that may have arrived keeps its leg, and the money held. */
async function shortOfFunds(ctx: Context, leg: PayoutLeg, { message, retryAfterMs }: Failure): Promise<string> {
  const effect = await ctx.store.read(em => standingPayout(em, leg));
  if (!isInDoubt(effect)) return skip(ctx, leg, message, retryAfterMs);
  return again(ctx, leg, later(ctx, retryAfterMs ?? ctx.config.waitRecheckMs), `in doubt, and ${message}`);
}

/** Its provider certainly refused to pay it: nothing left. */
export async function refused(ctx: Context, leg: PayoutLeg, refusal: Terminal): Promise<string> {
  const { code, message, reference } = refusal;
  await ctx.store.transaction(async em => {
    await moveLeg(em, leg, 'FAILED', { reason: code });
    await release(em, 'pay', leg.id);
    await note(em, leg.orderId, 'tried', `the payout to ${leg.beneficiary} was refused, nothing left: ${message}`, {
      code,
      leg: leg.id,
      ...(reference ? { reference } : {}),
    });
  });
  return `FAILED: ${code}`;
}

/** Its provider has said how it ended: it stands so until that provider says otherwise. */
const isOver = ({ status }: PayoutLeg): boolean =>
  status === 'PAID' || status === 'CANCELLED' || cameBack.some(state => state === status);

/** A person decides, save about what has ended. */
export async function review(ctx: Context, leg: PayoutLeg, { code, message }: Failure): Promise<string> {
  if (isOver(leg))
    return again(ctx, leg, later(ctx, paidAgainMs), `${leg.status.toLowerCase()}, and cannot be read back: ${message}`);
  await ctx.store.transaction(em => moveLeg(em, leg, 'NEEDS_REVIEW', { reason: code }));
  return `NEEDS_REVIEW: ${message}`;
}

/** Whoever decides sees what was sent, when, and why it is not sent again. */
async function unproven(ctx: Context, leg: PayoutLeg, failure: Unproven): Promise<string> {
  const { idempotencyKey: key, sends, firstSentAt, lastSentAt } = failure.effect;
  const times = { firstSentAt: firstSentAt?.toISOString() ?? null, lastSentAt: lastSentAt?.toISOString() ?? null };
  const evidence = { key, sends, ...times, ...(failure.hindrance ? { seen: failure.hindrance.note } : {}) };
  await ctx.store.transaction(em => note(em, leg.orderId, 'noted', failure.message, { leg: leg.id, evidence }));
  return review(ctx, leg, failure);
}

/** @throws what the host backs off for, a claim that is lost, and a bug of ours until it has gone on for too long */
export async function settle(ctx: Context, leg: PayoutLeg, error: unknown): Promise<string> {
  if (isFailure(error) && error.code.includes('INSUFFICIENT_FUNDS')) return shortOfFunds(ctx, leg, error);
  const meaning = meaningOf(error);
  switch (meaning.kind) {
    case 'unproven':
      return unproven(ctx, leg, meaning.error);
    case 'uncertain':
      return lookAgain(ctx, leg, meaning.error);
    case 'unreadable':
      return unreadable(ctx, leg, meaning.error);
    case 'not-now':
      await again(ctx, leg, later(ctx, meaning.error.retryAfterMs), meaning.error.message);
      throw error;
    case 'reconnect':
    case 'not-permitted':
    case 'retry':
    case 'lost':
    case 'database-away':
      throw error;
    // A "no" that is not about the payout itself (its balance, its route's settings) ends no payout.
    case 'refused':
    case 'bug':
      return stopped(ctx, leg, error);
  }
}

async function lookAgain(ctx: Context, leg: PayoutLeg, doubt: Uncertain): Promise<string> {
  const at = later(ctx, doubt.retryAfterMs ?? ctx.config.lookUpQuarantineMs);
  await ctx.store.transaction(em => keepAnswerOf(em, leg.orderId, `payout/${leg.beneficiary}`, doubt));
  return again(ctx, leg, at, `uncertain (${doubt.code}), looked up again at ${at.toISOString()}`);
}

/** What is paid stands; that its provider cannot be understood is shown to a person all the same. */
async function unreadable(ctx: Context, leg: PayoutLeg, failure: Unreadable): Promise<string> {
  if (!(await unreadableTooLong(ctx, leg.orderId, `leg/${leg.id}/${leg.stateEntry}`, failure))) throw failure;
  await ctx.store.transaction(em => keepAnswerOf(em, leg.orderId, `payout/${leg.beneficiary}`, failure));
  return review(ctx, leg, failure);
}

async function stopped(ctx: Context, leg: PayoutLeg, error: unknown): Promise<string> {
  const tooLong = await stoppedTooLong(ctx, leg.orderId, `leg/${leg.id}/${leg.stateEntry}`, error);
  if (!tooLong || isOver(leg)) throw error;
  await ctx.store.transaction(em => moveLeg(em, leg, 'NEEDS_REVIEW', { reason: 'PROGRAM_ERROR' }));
  return `NEEDS_REVIEW: a bug of ours (${bugName(error)}) stops this payout`;
}
