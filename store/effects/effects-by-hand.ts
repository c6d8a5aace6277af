/** Effects that are settled by a person's word. */
import { raw } from '@mikro-orm/core';
import { Uncertain } from '../../domain/call-outcome.ts';
import type { Json } from '../../domain/json.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Effect } from '../entities/money.ts';

const decidedByPerson = 'DECIDED_BY_PERSON';

/** Only a person's word says that it happened, and the person may be wrong: it may be decided once more. */
export const saidByPerson = (effect: Effect | null): boolean =>
  effect?.status === 'DONE' && effect.lastCode === decidedByPerson;

/** A person has seen at the provider that it happened. @throws Uncertain when it was settled meanwhile */
export const closeByHand = (em: EntityManager, effect: Effect, result: Json): Promise<void> =>
  settleByHand(em, effect, { status: 'DONE', result: raw<unknown>('?::jsonb', [JSON.stringify(result)]) });

/** A person has seen at the provider that it did not happen: a new generation may follow. @throws Uncertain as above */
export const disproveByHand = (em: EntityManager, effect: Effect): Promise<void> =>
  settleByHand(em, effect, { status: 'DISPROVEN' });

async function settleByHand(em: EntityManager, { id, idempotencyKey }: Effect, end: object): Promise<void> {
  const change = { ...end, lastCode: decidedByPerson, closedAt: raw<Date>('clock_now()') };
  const open = { id, $or: [{ status: 'OPEN' as const }, { status: 'DONE' as const, lastCode: decidedByPerson }] };
  if ((await em.nativeUpdate(Effect, open, change)) !== 1)
    throw new Uncertain('EFFECT_JUDGED_ELSEWHERE', `${idempotencyKey} is settled already`);
}
