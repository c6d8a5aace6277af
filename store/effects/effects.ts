/** Reads and writes effects. How one is caused, and when it may leave, is in `store/send-once.ts`. */
import { raw } from '@mikro-orm/core';
import { Uncertain } from '../../domain/call-outcome.ts';
import type { Json } from '../../domain/json.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Effect, type EffectPurpose } from '../entities/money.ts';

/** The newest effect of a subject, in any status. */
export const newestEffect = (em: EntityManager, purpose: EffectPurpose, subject: string): Promise<Effect | null> =>
  em.findOne(Effect, { purpose, subject }, { orderBy: { generation: 'desc' } });

/** The newest effect of a subject, unless it was proven not to have happened. */
export async function standingEffect(
  em: EntityManager,
  purpose: EffectPurpose,
  subject: string,
): Promise<Effect | null> {
  const effect = await newestEffect(em, purpose, subject);
  return effect?.status === 'DISPROVEN' ? null : effect;
}

/** The effect with that key that was given up. */
export const givenUpEffect = (
  em: EntityManager,
  purpose: EffectPurpose,
  idempotencyKey: string,
): Promise<Effect | null> => em.findOne(Effect, { purpose, idempotencyKey, status: 'DISPROVEN' });

/** How often a subject's effect has been refused with this code. */
export const timesRefused = (
  em: EntityManager,
  purpose: EffectPurpose,
  subject: string,
  code: string,
): Promise<number> => em.count(Effect, { purpose, subject, status: 'DISPROVEN', lastCode: code });

export const isKeyUsed = async (em: EntityManager, idempotencyKey: string): Promise<boolean> =>
  (await em.count(Effect, { idempotencyKey })) > 0;

/** Sent, with an unknown result. Nothing else may be decided about its subject before `once` has run. */
export const isInDoubt = (effect: Effect | null): boolean => effect?.status === 'OPEN' && effect.lastSentAt != null;

/**
 * A completed effect was undone: its provider says that the money is not there. A new generation may follow.
 * @throws Uncertain when another run has judged it meanwhile
 */
export async function disproveDone(em: EntityManager, effect: Effect, code: string): Promise<void> {
  const done = { id: effect.id, status: 'DONE' as const, generation: effect.generation };
  const change = { status: 'DISPROVEN' as const, lastCode: code, closedAt: raw<Date>('clock_now()') };
  if ((await em.nativeUpdate(Effect, done, change)) !== 1)
    throw new Uncertain('EFFECT_JUDGED_ELSEWHERE', `${effect.idempotencyKey} is judged elsewhere`);
}

/**
 * The provider shows the effect under our key, although our own call did not learn it. False when it was closed
 * meanwhile.
 */
export async function proveOpen(em: EntityManager, { id }: Effect, result: Json): Promise<boolean> {
  const answer = raw<unknown>('?::jsonb', [JSON.stringify(result)]);
  const change = { status: 'DONE' as const, result: answer, closedAt: raw<Date>('clock_now()') };
  return (await em.nativeUpdate(Effect, { id, status: 'OPEN' }, change)) === 1;
}

/** The code of an effect that is disproven because it never left. */
export const withdrawn = 'WITHDRAWN';

/** Withdraws an intent that never left, and frees its key. False when it may have left, or was closed. */
export async function withdrawUnsent(em: EntityManager, purpose: EffectPurpose, subject: string): Promise<boolean> {
  const unsent = { purpose, subject, status: 'OPEN' as const, lastSentAt: null };
  const idempotencyKey = raw<string>(`idempotency_key || '/withdrawn/' || generation`);
  const change = {
    idempotencyKey,
    status: 'DISPROVEN' as const,
    lastCode: withdrawn,
    closedAt: raw<Date>('clock_now()'),
  };
  return (await em.nativeUpdate(Effect, unsent, change)) === 1;
}
