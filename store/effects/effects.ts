/** Effects outside, row by row. What causes one, and when it may leave, is `store/once.ts`. */
import { raw } from '@mikro-orm/core';
import { Uncertain } from '../../domain/call-outcome.ts';
import type { Json } from '../../domain/json.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Effect, type EffectPurpose } from '../entities/money.ts';

/** The newest effect of a subject, whatever became of it. */
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

/** The one under that key that was given up. */
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

/** Sent, and nobody knows yet what came of it: nothing else may be decided about its subject before `once` has run. */
export const isInDoubt = (effect: Effect | null): boolean => effect?.status === 'OPEN' && effect.lastSentAt != null;

/**
 * What was done has been undone: its provider says now that the money is not there, so a new generation may follow.
 * @throws when another run has judged it meanwhile
 */
export async function disproveDone(em: EntityManager, effect: Effect, code: string): Promise<void> {
  const done = { id: effect.id, status: 'DONE' as const, generation: effect.generation };
  const change = { status: 'DISPROVEN' as const, lastCode: code, closedAt: raw<Date>('clock_now()') };
  if ((await em.nativeUpdate(Effect, done, change)) !== 1)
    throw new Uncertain('EFFECT_JUDGED_ELSEWHERE', `${effect.idempotencyKey} is judged elsewhere`);
}

/** Its provider shows it under our key, by another way than our own call. False when it was closed meanwhile. */
export async function proveOpen(em: EntityManager, { id }: Effect, result: Json): Promise<boolean> {
  const answer = raw<unknown>('?::jsonb', [JSON.stringify(result)]);
  const change = { status: 'DONE' as const, result: answer, closedAt: raw<Date>('clock_now()') };
  return (await em.nativeUpdate(Effect, { id, status: 'OPEN' }, change)) === 1;
}

/** Why an effect is disproven that never left. */
export const withdrawn = 'WITHDRAWN';

/** Takes back an intent that never left, and frees its key. False when it may have left, or was closed. */
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
