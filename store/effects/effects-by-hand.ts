/** What became of an effect by the word of a person. */
import { raw } from '@mikro-orm/core';
import { Uncertain } from '../../domain/call-outcome.ts';
import type { Json } from '../../domain/json.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Effect } from '../entities/money.ts';

const decidedByPerson = 'DECIDED_BY_PERSON';

/** That it happened is the word of a person alone, who may have been mistaken: it may be decided about once more. */
export const saidByPerson = (effect: Effect | null): boolean =>
  effect?.status === 'DONE' && effect.lastCode === decidedByPerson;

/** A person has seen at the provider that it happened. @throws when it was settled meanwhile */
export const closeByHand = (em: EntityManager, effect: Effect, result: Json): Promise<void> =>
  settleByHand(em, effect, { status: 'DONE', result: raw<unknown>('?::jsonb', [JSON.stringify(result)]) });

/** A person has seen at the provider that it did not happen: a new generation may follow. @throws as above */
export const disproveByHand = (em: EntityManager, effect: Effect): Promise<void> =>
  settleByHand(em, effect, { status: 'DISPROVEN' });

async function settleByHand(em: EntityManager, { id, idempotencyKey }: Effect, end: object): Promise<void> {
  const change = { ...end, lastCode: decidedByPerson, closedAt: raw<Date>('clock_now()') };
  const open = { id, $or: [{ status: 'OPEN' as const }, { status: 'DONE' as const, lastCode: decidedByPerson }] };
  if ((await em.nativeUpdate(Effect, open, change)) !== 1)
    throw new Uncertain('EFFECT_JUDGED_ELSEWHERE', `${idempotencyKey} is settled already`);
}
