import type { NotNow, Retryable, Terminal, Uncertain, Unreadable } from '../../domain/call-outcome.ts';
import type { OrderId } from '../../domain/ids.ts';
import { type FailureReason, type OrderState, orderMoves, type WaitReason, waits } from '../../domain/order.ts';
import { mayMove } from '../../domain/state-table.ts';
import type { QueueName } from '../../queues/catalogue.ts';
import { jobForOrder } from '../../queues/next-job.ts';
import { advance } from '../../queues/transact.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { agesOf, inFlight } from '../../store/effects/effect-window.ts';
import { isInDoubt } from '../../store/effects/effects.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Order } from '../../store/entities/order.ts';
import { claimOrder, type Move, recheckOrder, updateOrder, waitForAction } from '../../store/orders/orders.ts';
import { note } from '../../store/orders/timeline.ts';
import { unmatchedSupplierNumbers } from '../../store/orders/unmatched-supplier-numbers.ts';
import { Unproven } from '../../store/send-once.ts';
import { failOrder } from '../../transactions/fail-order.ts';
import { freePurchase } from '../../transactions/free-purchase.ts';
import { accountShown } from '../connections/account-shown.ts';
import { type Context, later } from '../context/context.ts';
import { meaningOf } from './error-meaning.ts';
import { bugName, stoppedTooLong } from './program-error-patience.ts';
import { deadlineOf, type Late, lateness } from './purchase-deadline.ts';
import { keepAnswerOf, unreadableTooLong } from './unreadable-answer.ts';

/** States in which an order does not continue by itself for now, or at all. */
const offTheRoad: readonly OrderState[] = ['WAITING', 'NEEDS_REVIEW', 'CANCELLED'];

/** Writes that join the transaction of a decision about an order: both are committed, or neither. */
type Also = (em: EntityManager) => Promise<void>;
/** `note`: why, in words for a person. */
type Noted = { note: string; also?: Also };

/**
 * Moves the order and adds its next job; `also` joins the transaction. An order that leaves the road releases its
 * reservation; one that waits must then be let through again.
 */
export const move = (
  ctx: Context,
  order: Order,
  to: Move,
  options: { facts?: Partial<Order>; also?: Also } = {},
): Promise<string> =>
  ctx.transact(async (em, enqueue) => {
    await options.also?.(em);
    const holdsNothing = offTheRoad.includes(to.to) && (await freePurchase(em, order));
    const facts = holdsNothing && to.to === 'WAITING' ? { ...options.facts, maxCostMinor: null } : options.facts;
    await advance(em, enqueue, order, to, facts);
    return 'reason' in to ? `${to.to} (${to.reason}): ${to.note}` : to.to;
  });

/** Moves the order to WAITING, without a second entry in the timeline. Past its deadline it goes to review instead. */
export async function wait(
  ctx: Context,
  order: Order,
  reason: WaitReason,
  options: Noted & { until?: Date },
): Promise<string> {
  const late = await lateness(ctx, order, reason);
  if (late) return tooLate(ctx, order, late);
  const isTimed = waits[reason].wokenBy === 'time';
  const until = options.until ?? (isTimed ? later(ctx, ctx.config.waitRecheckMs) : deadlineOf(ctx, order));
  if (order.status !== 'WAITING' || order.waitReason !== reason)
    return move(ctx, order, { to: 'WAITING', reason, until, note: options.note }, options);
  await ctx.store.transaction(async em => {
    await options.also?.(em);
    if (order.maxCostMinor !== null && (await freePurchase(em, order)))
      await updateOrder(em, order, { maxCostMinor: null });
    await (isTimed && until ? recheckOrder(em, order, until) : waitForAction(em, order, until));
  });
  return `still WAITING (${reason})`;
}

/** The order has waited past its deadline: it goes to a person, with the evidence of what may have been bought. */
export function tooLate(ctx: Context, order: Order, { note: text, effect }: Late): Promise<string> {
  if (effect && isInDoubt(effect)) return parkInDoubt(ctx, order, effect, text);
  if (effect?.status === 'DONE') {
    const ordered = `${text}; its goods are ordered, and cannot be read: look at the supplier, then go on`;
    return move(ctx, order, { to: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION', note: ordered });
  }
  return move(ctx, order, { to: 'NEEDS_REVIEW', reason: 'TOO_LATE_TO_BUY', note: text });
}

/** Releases the order's reservation and fails it, as `failOrder`. */
export const fail = (ctx: Context, order: Order, reason: FailureReason, { note: text, also }: Noted): Promise<string> =>
  ctx.transact(async (em, enqueue) => {
    await also?.(em);
    await freePurchase(em, order);
    await failOrder(em, enqueue, order, { reason, note: text });
    return `FAILED (${reason}): ${text}`;
  });

/** Leaves the order in its state, and looks at it again after `ms`. */
export async function recheck(ctx: Context, order: Order, ms: number, { note: text, also }: Noted): Promise<string> {
  await ctx.store.transaction(async em => {
    await also?.(em);
    await recheckOrder(em, order, later(ctx, ms));
  });
  return text;
}

/** What a provider's certain refusal means for this step. */
type OnRefusal = (order: Order, refusal: Terminal, ctx: Context) => Promise<string>;

/**
 * One step of one order: claims it, runs the step, and turns an uncertain outcome into a later look or a review. A
 * retryable failure goes to the host, which backs off; so does a bug.
 */
export async function orderStep(
  ctx: Context,
  job: { queue: QueueName; id: string; from: readonly OrderState[] },
  step: (order: Order) => Promise<string>,
  onRefusal?: OnRefusal,
): Promise<string> {
  const order = await ctx.store.write(em => claimOrder(em, job.id as OrderId, job.from));
  if (!order) return `nothing to do: the order is not ${job.from.join(' or ')}`;
  // A stale job, or one that an operator retried: the order's state decides which queue may continue it.
  const next = jobForOrder(order);
  if (next && next.queue !== job.queue) return `nothing to do: ${next.queue} carries the order on`;
  try {
    return await step(order).catch(error => afterFailure(ctx, order, error, onRefusal));
  } catch (error) {
    // The claim may also be lost while the step's failure is recorded.
    if (meaningOf(error).kind === 'lost') return 'another run owns the order now';
    throw error;
  }
}

/** @throws failures that the host backs off for, a lost claim, and a bug that has not lasted too long yet */
async function afterFailure(ctx: Context, order: Order, error: unknown, onRefusal?: OnRefusal): Promise<string> {
  const meaning = meaningOf(error);
  switch (meaning.kind) {
    case 'reconnect':
      return wait(ctx, order, 'RECONNECT_NEEDED', { note: meaning.error.message });
    case 'unproven':
      return park(ctx, order, meaning.error);
    case 'uncertain':
      return lookAgain(ctx, order, meaning.error);
    case 'refused':
      // In a step that expects no refusal, a refusal is a bug.
      return onRefusal ? onRefusal(order, meaning.error, ctx) : stopped(ctx, order, error);
    case 'not-now':
      return notNow(ctx, order, meaning.error);
    case 'unreadable':
      return unreadable(ctx, order, meaning.error);
    case 'not-permitted':
    case 'retry':
      await noteAttempt(ctx, order, meaning.error);
      throw error;
    case 'lost':
    case 'database-away':
      throw error;
    case 'bug':
      return stopped(ctx, order, error);
  }
}

async function stopped(ctx: Context, order: Order, error: unknown): Promise<string> {
  // An order that is in review already, or over, stays where it is.
  if (!mayMove(orderMoves, order.status, 'NEEDS_REVIEW')) throw error;
  if (!(await stoppedTooLong(ctx, order.id, `order/${order.stateEntry}`, error))) throw error;
  return move(ctx, order, {
    to: 'NEEDS_REVIEW',
    reason: 'PROGRAM_ERROR',
    note: 'a bug of ours stops this order; the log lines of its job say where',
    evidence: { error: bugName(error), from: order.status },
  });
}

/** After too many unreadable answers: a review. An order that cannot go to review rests until news of it arrives. */
async function unreadable(ctx: Context, order: Order, failure: Unreadable): Promise<string> {
  if (!(await unreadableTooLong(ctx, order.id, `order/${order.stateEntry}`, failure))) throw failure;
  const also = (em: EntityManager) => keepAnswerOf(em, order.id, order.status, failure);
  if (mayMove(orderMoves, order.status, 'NEEDS_REVIEW'))
    return move(ctx, order, { to: 'NEEDS_REVIEW', reason: 'UNREADABLE_ANSWER', note: failure.message }, { also });
  await ctx.store.transaction(async em => {
    await also(em);
    await waitForAction(em, order);
  });
  return `${order.status}, and the answer cannot be read: ${failure.message}`;
}

/** Nothing was tried, so the timeline gets no entry: the row stores when to look again, and the host delays the job. */
async function notNow(ctx: Context, order: Order, error: NotNow): Promise<never> {
  await ctx.store.write(em => recheckOrder(em, order, later(ctx, error.retryAfterMs)));
  throw error;
}

/** Records a failed attempt in the timeline; the host backs off and tries again. */
const noteAttempt = (ctx: Context, order: Order, failure: Retryable): Promise<void> =>
  ctx.store.write(em => note(em, order.id, 'tried', failure.message, { code: failure.code }));

async function lookAgain(ctx: Context, order: Order, doubt: Uncertain): Promise<string> {
  const at = later(ctx, doubt.retryAfterMs ?? ctx.config.lookUpQuarantineMs);
  await ctx.store.transaction(async em => {
    await keepAnswerOf(em, order.id, order.status, doubt);
    await recheckOrder(em, order, at);
    await note(em, order.id, 'tried', `not known yet, looked up again at ${at.toISOString()}: ${doubt.message}`, {
      code: doubt.code,
    });
  });
  return `uncertain (${doubt.code}), looked up again at ${at.toISOString()}`;
}

/**
 * Gives a purchase in doubt to a person, when this run neither looks it up nor sends it again. Waits first until no
 * answer to it can arrive any more, as `once` does by itself.
 */
export async function parkInDoubt(ctx: Context, order: Order, effect: Effect, why?: string): Promise<string> {
  const ages = await ctx.store.read(em => agesOf(em, effect));
  const running = inFlight(effect, ages, ctx.config.lookUpQuarantineMs);
  if (running) return lookAgain(ctx, order, running);
  return park(ctx, order, new Unproven(effect, why === undefined ? undefined : { note: why }));
}

/** The effect cannot be proven: the order goes to a person with the evidence. */
async function park(ctx: Context, order: Order, { effect, message, hindrance }: Unproven): Promise<string> {
  const unmatched = (await ctx.store.read(em => unmatchedSupplierNumbers(em, effect))).join(', ');
  const account = await ctx.store.read(em => accountShown(em, order, effect));
  const perhaps = unmatched
    ? ` Its account was notified of supplier orders that match none of ours: ${unmatched}.`
    : '';
  return move(ctx, order, {
    to: 'NEEDS_REVIEW',
    reason: 'EFFECT_UNPROVEN',
    note: `${message}.${perhaps} Look at the provider whether it happened, then decide: bought, buy again, or fail.`,
    evidence: {
      purpose: effect.purpose,
      route: effect.route,
      account,
      key: effect.idempotencyKey,
      sends: effect.sends,
      firstSentAt: effect.firstSentAt?.toISOString() ?? null,
      lastSentAt: effect.lastSentAt?.toISOString() ?? null,
      ...(hindrance ? { seen: hindrance.note } : {}),
      ...(unmatched ? { told: unmatched } : {}),
    },
  });
}
