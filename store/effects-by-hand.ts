/** What became of an effect by the word of a person, and what an answer says against it. */
import { raw } from '@mikro-orm/core';
import type { OrderId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import { Uncertain } from '../domain/outcome.ts';
import { Effect } from './entities/money.ts';
import type { EntityManager } from './open.ts';
import { note } from './timeline.ts';

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

/**
 * An answer has come for what was given up as not happened: what it brought is kept where a person looks, on the effect
 * and in the order's timeline. False when the effect was closed as happened.
 */
export async function keepContradiction(em: EntityManager, effect: Effect, result: Json): Promise<boolean> {
  const change = { result: raw<unknown>('?::jsonb', [JSON.stringify(result)]), lastCode: 'EFFECT_CONTRADICTED' };
  const kept = await em.nativeUpdate(Effect, { id: effect.id, status: 'DISPROVEN' as const }, change);
  if (kept !== 1) return false;
  const { purpose, subject, idempotencyKey: key } = effect;
  const [order] = await em.execute<{ id: OrderId }[]>(
    `select id from orders where id = ? union select order_id from payout_legs where id = ?
     union select order_id from parcels where id = ?`,
    [subject, subject, subject],
  );
  const text = `given up as not happened, and it did: ${purpose} ${key}. Look at the provider before anything more is decided`;
  if (order) await note(em, order.id, 'effect', text, { key, answer: result });
  return true;
}
