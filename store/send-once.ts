/**
 * `once` is the only way to cause an effect outside.
 *
 *   (no row) ──intent committed──► OPEN ──parsed answer──► DONE
 *                                   │
 *                                   └──certain "no"──────► DISPROVEN      the next run opens a new generation
 *
 * The row, with the frozen request and its idempotency key, is committed before a byte leaves. From then on a
 * time-out, a crash and a stalled job are one case: the row is OPEN and was sent, so the next run looks the effect up
 * before it may send again:
 *
 *   FOUND                                     → DONE with what was found
 *   last send may still be running            → uncertain, look again when the quarantine is over
 *   ABSENT, or UNKNOWN at a provider that
 *     deduplicates the key; inside resendUntil → the same frozen request again, if it `mayStillLeave`
 *   anything else                             → uncertain, look again; past resendUntil a person decides (Unproven)
 *
 * Before every send, the first one and each resend, the intent is asked whether the request may still leave. When it
 * cannot answer now, nothing is sent now. A request that must not leave any more is withdrawn if it never left. If it
 * may have left, a person decides (Unproven, with what was seen).
 *
 * At most one effect per (purpose, subject) is not DISPROVEN, whatever its route: a partial unique index. A new
 * generation is a compare-and-set on the disproven one before it (unique purpose, subject, generation).
 */

import { randomUUID } from 'node:crypto';
import { raw } from '@mikro-orm/core';
import { invariant, Retryable, Terminal, Uncertain } from '../domain/call-outcome.ts';
import { dayMs } from '../domain/durations.ts';
import type { EffectId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import { type Departure, departure } from '../runtime/send-deadline.ts';
import { keepContradiction } from './contradictions.ts';
import type { EntityManager } from './database/entity-manager.ts';
import { seal } from './database/keyring.ts';
import type { Store } from './database/open.ts';
import { insertRow } from './database/table-rows.ts';
import { agesOf, inFlight, markSent, unmarkSent } from './effects/effect-window.ts';
import { isInDoubt, newestEffect, proveOpen, withdrawUnsent } from './effects/effects.ts';
import type { Found, Hindrance, Intent } from './effects/intent.ts';
import { Effect } from './entities/money.ts';
import { doubtAfterRestore, mayBeOpened, restored } from './restore.ts';

/**
 * The result is unknown, and the effect must not be sent again: its window is over, or a hindrance forbids it. Only a
 * person may decide now.
 */
export class Unproven extends Uncertain {
  readonly effect: Effect;
  readonly hindrance: Hindrance | undefined;
  constructor(effect: Effect, hindrance?: Hindrance) {
    const name = `${effect.purpose} ${effect.idempotencyKey}`;
    const text = hindrance
      ? `${name} may have happened, and is not sent again: ${hindrance.note}`
      : `${name} can be neither found nor sent again`;
    super('EFFECT_UNPROVEN', text);
    this.effect = effect;
    this.hindrance = hindrance;
  }
}

/** Named places where a process may die; tests make them fatal. */
export type Failpoint = 'effect-opened' | 'effect-sending' | 'effect-answered' | 'effect-closed';
export type OnceContext = {
  store: Store;
  /** How long a call that was cut off may still be running at the provider. */
  quarantineMs: number;
  failpoint?: (name: Failpoint) => void | Promise<void>;
};

async function open<Result extends Json>(context: OnceContext, intent: Intent<Result>): Promise<Effect> {
  return context.store.transaction(async em => {
    await intent.assertOwner(em);
    // An unsent intent of another route is withdrawn: its request means nothing on this route.
    const last = await withoutUnsentOf(em, intent, await newestEffect(em, intent.purpose, intent.subject));
    if (last && last.status !== 'DISPROVEN') return last;
    const { keysUsed, forgotBy } = await mayBeOpened(em, intent);
    const generation = (last?.generation ?? 0) + 1;
    const idempotencyKey = await intent.keyFor(em, 1 + keysUsed);
    const id = randomUUID() as EffectId;
    return insertRow(em, Effect, {
      id,
      purpose: intent.purpose,
      subject: intent.subject,
      generation,
      route: intent.route,
      account: intent.account,
      environment: intent.environment,
      idempotencyKey,
      request: seal(em, 'effects', id, intent.freeze(idempotencyKey)),
      status: 'OPEN',
      sends: 0,
      ...(forgotBy ? await doubtAfterRestore(em, forgotBy, { ...intent, idempotencyKey }) : {}),
    });
  });
}

async function withoutUnsentOf<Result extends Json>(
  em: EntityManager,
  { purpose, subject, route }: Intent<Result>,
  last: Effect | null,
): Promise<Effect | null> {
  if (last?.status !== 'OPEN' || last.lastSentAt || last.route === route) return last;
  await withdrawUnsent(em, purpose, subject);
  return em.findOneOrFail(Effect, { id: last.id });
}

/** Marks the send before it leaves, unless something hinders it; refuses a concurrent send of the same row. */
const markSending = <Result extends Json>(
  { store, quarantineMs }: OnceContext,
  intent: Intent<Result>,
  effect: Effect,
): Promise<Hindrance | undefined> =>
  store.transaction(async em => {
    await intent.assertOwner(em);
    const hindrance = await intent.leaving?.(em, effect);
    if (!hindrance) await markSent(em, effect, { resendForMs: intent.resendForMs, quarantineMs });
    return hindrance;
  });

async function close<Result extends Json>(
  { store }: OnceContext,
  intent: Intent<Result>,
  effect: Effect,
  result: Result,
): Promise<Result> {
  const contradicted = await store.transaction(async em => {
    if (await proveOpen(em, effect, result)) await intent.record(em, result, effect);
    // Another run closed the effect meanwhile, and recorded its meaning, unless it was given up as not happened.
    else return keepContradiction(em, effect, result);
    return false;
  });
  if (contradicted) throw new Uncertain('EFFECT_CONTRADICTED', `${effect.idempotencyKey} happened after all`);
  return result;
}

async function disprove({ store }: OnceContext, effect: Effect, code: string): Promise<void> {
  await store.transaction(em =>
    em.nativeUpdate(
      Effect,
      { id: effect.id, status: 'OPEN' },
      { status: 'DISPROVEN', lastCode: code, closedAt: raw<Date>('clock_now()') },
    ),
  );
}

async function lookUp<Result extends Json>(intent: Intent<Result>, effect: Effect): Promise<Found<Result>> {
  try {
    return await intent.find(effect);
  } catch (error) {
    if (error instanceof Terminal) return { answer: 'UNKNOWN' };
    throw error;
  }
}

/** Decides whether the frozen request may leave, or leave again, now. @throws Uncertain, Unproven */
async function mayLeave<Result extends Json>(
  context: OnceContext,
  intent: Intent<Result>,
  effect: Effect,
): Promise<{ result: Result } | { send: 'first' | 'again after proof' | 'again without proof' }> {
  if (!effect.lastSentAt) return { send: 'first' };
  const sameAccount =
    effect.route === intent.route && effect.account === intent.account && effect.environment === intent.environment;
  // Read before the look-up: a call that was still running then may take effect after the look-up found nothing.
  const ages = await context.store.read(em => agesOf(em, effect));
  const found: Found<Result> = sameAccount ? await lookUp(intent, effect) : { answer: 'UNKNOWN' };
  if (found.answer === 'FOUND') return { result: found.result };
  const running = inFlight(effect, ages, context.quarantineMs);
  if (running) throw running;
  const recognised = found.answer === 'ABSENT' || intent.deduplicates;
  if (sameAccount && recognised && ages.resendLeftMs > 0)
    return { send: found.answer === 'ABSENT' ? 'again after proof' : 'again without proof' };
  const stillLooking = effect.lastCode !== restored && ages.firstMs < (intent.lookForMs ?? intent.resendForMs);
  if (stillLooking && sameAccount)
    throw new Uncertain('EFFECT_UNKNOWN', `${effect.idempotencyKey} cannot be looked up yet`);
  throw new Unproven(effect);
}

/** @throws the error that prevents the question from being answered */
async function hindranceOf<Result extends Json>(
  intent: Intent<Result>,
  effect: Effect,
): Promise<Hindrance | undefined> {
  return intent.mayStillLeave(effect).catch((error: unknown) => {
    if (error instanceof Terminal) return { note: error.message };
    throw error;
  });
}

/** The request must not leave any more: one that never left is withdrawn. */
async function hindered<Result extends Json>(
  { store }: OnceContext,
  intent: Intent<Result>,
  effect: Effect,
  hindrance: Hindrance,
): Promise<Unproven | Retryable> {
  if (isInDoubt(effect)) return new Unproven(effect, hindrance);
  await store.write(em => withdrawUnsent(em, intent.purpose, intent.subject));
  return new Retryable('EFFECT_WITHDRAWN', `${effect.idempotencyKey} never left and was withdrawn: ${hindrance.note}`);
}

/** How long a "no" to a repeated send is questioned by sending again; after that a person decides. */
const contradictedForMs = dayMs;

async function contradicted({ store }: OnceContext, effect: Effect, { message }: Terminal): Promise<Uncertain> {
  const { firstMs } = await store.read(em => agesOf(em, effect));
  return firstMs >= contradictedForMs ? new Unproven(effect) : new Uncertain('EFFECT_CONTRADICTED', message);
}

/** A send that was marked too long ago does not leave: its windows may be over. @throws Retryable */
async function depart<Result extends Json>(intent: Intent<Result>, effect: Effect, by: Departure): Promise<Result> {
  if (by.isMissed())
    throw new Retryable('EFFECT_DEPARTURE_MISSED', `${effect.idempotencyKey} was held up for too long, and not sent`);
  return intent.send(effect, by);
}

/** Causes the effect, or finds that it was caused. Either way its meaning is recorded exactly once. */
export async function once<Result extends Json>(context: OnceContext, intent: Intent<Result>): Promise<Result> {
  const pass = async (name: Failpoint) => context.failpoint?.(name);
  const effect = await open(context, intent);
  if (effect.status === 'DONE') return effect.result as Result;
  invariant(effect.status === 'OPEN', 'a disproven effect was followed by a new generation');
  await pass('effect-opened');
  const step = await mayLeave(context, intent, effect);
  if ('result' in step) return close(context, intent, effect, step.result);
  const early = await hindranceOf(intent, effect);
  if (early) throw await hindered(context, intent, effect, early);
  const by = departure();
  const late = await markSending(context, intent, effect);
  if (late) throw await hindered(context, intent, effect, late);
  await pass('effect-sending');
  const result = await depart(intent, effect, by).catch(async (error: unknown) => {
    if (error instanceof Retryable) await context.store.transaction(em => unmarkSent(em, effect));
    if (!(error instanceof Terminal)) throw error;
    // A "no" to a repeated send does not prove that the first send, which could not be looked up, had no effect.
    if (step.send === 'again without proof') throw await contradicted(context, effect, error);
    await disprove(context, effect, error.code);
    throw error;
  });
  await pass('effect-answered');
  await close(context, intent, effect, result);
  await pass('effect-closed');
  return result;
}
