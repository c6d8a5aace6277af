/** A step of a leg's payout, and what happens to the leg when the step fails. */

import { type Failure, isFailure, type Terminal, type Uncertain, type Unreadable } from '../../domain/call-outcome.ts';
import { hourMs } from '../../domain/durations.ts';
import type { LegId } from '../../domain/ids.ts';
import { hasComeBack, type LegState } from '../../domain/payout-leg.ts';
import { isInDoubt } from '../../store/effects/effects.ts';
import type { PayoutLeg } from '../../store/entities/money.ts';
import { release } from '../../store/money/funding.ts';
import { note } from '../../store/orders/timeline.ts';
import { claimLeg, moveLeg, recheckLeg, restLeg } from '../../store/payouts/legs.ts';
import { standingPayout } from '../../store/payouts/payouts-of-leg.ts';
import type { Unproven } from '../../store/send-once.ts';
import { type Context, later } from '../context/context.ts';
import { meaningOf } from '../step/error-meaning.ts';
import { bugName, stoppedTooLong } from '../step/program-error-patience.ts';
import { keepAnswerOf, unreadableTooLong } from '../step/unreadable-answer.ts';

/** How soon a payout that has ended is read again when its provider did not show it. */
const paidAgainMs = 6 * hourMs;

/** One step of one leg: claims it, runs the step, and turns an uncertain outcome into a later look or a review. */
export async function legStep(
  ctx: Context,
  job: { id: string; from: readonly LegState[] },
  step: (leg: PayoutLeg) => Promise<string>,
): Promise<string> {
  const leg = await ctx.store.write(em => claimLeg(em, job.id as LegId, job.from));
  if (!leg) return 'nothing to do: the leg is settled, or waits for a person';
  try {
    return await step(leg).catch(error => afterFailure(ctx, leg, error));
  } catch (error) {
    // The claim may also be lost while the step's failure is recorded.
    if (meaningOf(error).kind === 'lost') return 'another run owns the leg now';
    throw error;
  }
}

/** `note`: why, in words for a person. */
type Noted = { note: string };

/** Leaves the leg in its state, and looks at it again at that time. */
export async function recheckAt(ctx: Context, leg: PayoutLeg, at: Date, { note: text }: Noted): Promise<string> {
  await ctx.store.write(em => recheckLeg(em, leg, at));
  return text;
}

export const recheck = (ctx: Context, leg: PayoutLeg, ms: number, noted: Noted): Promise<string> =>
  recheckAt(ctx, leg, later(ctx, ms), noted);

/** Leaves the leg in its state until an event wakes it: money of a paid leg may come back. */
export async function waitForNews(ctx: Context, leg: PayoutLeg, { note: text }: Noted): Promise<string> {
  await ctx.store.write(em => restLeg(em, leg));
  return text;
}

/** Skips the leg for want of funds; the sweep tries it again until they are there. */
export async function skipUnfunded(
  ctx: Context,
  leg: PayoutLeg,
  { note: why, ms = ctx.config.waitRecheckMs }: Noted & { ms?: number | undefined },
): Promise<string> {
  if (leg.status === 'SKIPPED_INSUFFICIENT_FUNDS') return recheck(ctx, leg, ms, { note: `still skipped: ${why}` });
  const reason = 'PAYOUT_SKIPPED_INSUFFICIENT_FUNDS';
  await ctx.store.transaction(async em => {
    await moveLeg(em, leg, 'SKIPPED_INSUFFICIENT_FUNDS', { reason, nextCheckAt: later(ctx, ms) });
    await release(em, 'pay', leg.id);
  });
  return `${reason}: ${why}`;
}

/** The provider's balance is too low. If an earlier send may have arrived, the leg keeps its state and reservation. */
async function shortOfFunds(ctx: Context, leg: PayoutLeg, { message, retryAfterMs }: Failure): Promise<string> {
  const effect = await ctx.store.read(em => standingPayout(em, leg));
  if (!isInDoubt(effect)) return skipUnfunded(ctx, leg, { note: message, ms: retryAfterMs });
  return recheck(ctx, leg, retryAfterMs ?? ctx.config.waitRecheckMs, { note: `in doubt, and ${message}` });
}

/** The provider refused the payout for certain: no money left. */
export async function fail(ctx: Context, leg: PayoutLeg, refusal: Terminal): Promise<string> {
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

/** Whether the provider has reported a final state, which holds until the provider reports another one. */
const isOver = ({ status }: PayoutLeg): boolean => status === 'PAID' || status === 'CANCELLED' || hasComeBack(status);

/** Gives the leg to a person, unless it has ended: then it is read again later. */
export async function review(ctx: Context, leg: PayoutLeg, { code, message }: Failure): Promise<string> {
  if (isOver(leg))
    return recheck(ctx, leg, paidAgainMs, { note: `${leg.status.toLowerCase()}, and cannot be read back: ${message}` });
  await ctx.store.transaction(em => moveLeg(em, leg, 'NEEDS_REVIEW', { reason: code }));
  return `NEEDS_REVIEW: ${message}`;
}

/** Records what was sent, when, and why it is not sent again, for the person who decides. */
async function unproven(ctx: Context, leg: PayoutLeg, failure: Unproven): Promise<string> {
  const { idempotencyKey: key, sends, firstSentAt, lastSentAt } = failure.effect;
  const times = { firstSentAt: firstSentAt?.toISOString() ?? null, lastSentAt: lastSentAt?.toISOString() ?? null };
  const evidence = { key, sends, ...times, ...(failure.hindrance ? { seen: failure.hindrance.note } : {}) };
  await ctx.store.transaction(em => note(em, leg.orderId, 'noted', failure.message, { leg: leg.id, evidence }));
  return review(ctx, leg, failure);
}

/** @throws failures that the host backs off for, a lost claim, and a bug that has not lasted too long yet */
async function afterFailure(ctx: Context, leg: PayoutLeg, error: unknown): Promise<string> {
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
      await recheck(ctx, leg, meaning.error.retryAfterMs, { note: meaning.error.message });
      throw error;
    case 'reconnect':
    case 'not-permitted':
    case 'retry':
    case 'lost':
    case 'database-away':
      throw error;
    // A refusal that is not about the payout itself, but about a balance or a setting, ends no payout.
    case 'refused':
    case 'bug':
      return stopped(ctx, leg, error);
  }
}

async function lookAgain(ctx: Context, leg: PayoutLeg, doubt: Uncertain): Promise<string> {
  const at = later(ctx, doubt.retryAfterMs ?? ctx.config.lookUpQuarantineMs);
  await ctx.store.transaction(em => keepAnswerOf(em, leg.orderId, `payout/${leg.beneficiary}`, doubt));
  return recheckAt(ctx, leg, at, { note: `uncertain (${doubt.code}), looked up again at ${at.toISOString()}` });
}

/** After too many unreadable answers: a review. A paid leg stays paid, but its order's page shows the answer. */
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
