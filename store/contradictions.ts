/**
 * An effect was given up as not happened (by a person, by its provider's answer, as closed), and its provider shows
 * later that it happened. Its order is held until a person enters the amount that left. If the provider reports
 * something different later, the contradiction opens again.
 */
import { randomUUID } from 'node:crypto';
import { raw } from '@mikro-orm/core';
import type { EffectId, LegId, OrderId, UserId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import { type OrderState, orderMoves } from '../domain/order.ts';
import { cameBack, type LegState, legMoves } from '../domain/payout-leg.ts';
import { mayMove } from '../domain/state-table.ts';
import type { EntityManager } from './database/entity-manager.ts';
import { Effect } from './entities/money.ts';
import { Order } from './entities/order.ts';
import { claimOrder, freeze, moveOrder } from './orders/orders.ts';
import { note } from './orders/timeline.ts';
import { claimLeg, findLeg, moveLeg } from './payouts/legs.ts';

/** Why an order or a leg waits for a person because of a contradiction. */
export const contradicted = 'EFFECT_CONTRADICTED';

export type Contradiction = {
  id: string;
  effectId: EffectId;
  orderId: OrderId;
  purpose: Effect['purpose'];
  /** For a payout the leg's id: a collected payout has one contradiction for each leg that it paid. */
  subject: string;
  route: string;
  key: string;
  generation: number;
  evidence: Json;
  /** This leg's part of a collected payout, in minor units: that much left for the leg, or nothing. */
  partMinor: bigint | null;
  /** The amount booked so far, in minor units of the platform's currency. */
  bookedMinor: bigint;
  settled: boolean;
};

const columns = `c.id, c.effect_id as "effectId", c.order_id as "orderId", e.purpose, e.route, e.generation,
  c.subject,
  (select m.amount_minor::text from collected_legs m where m.collected_id = e.subject and m.leg_id = c.subject) as part,
  e.idempotency_key as key, c.evidence, c.booked_minor::text as booked, c.settled_at is not null as settled`;
type Row = Omit<Contradiction, 'bookedMinor' | 'partMinor'> & { booked: string; part: string | null };
const toContradiction = ({ booked, part, ...row }: Row): Contradiction => ({
  ...row,
  bookedMinor: BigInt(booked),
  partMinor: part === null ? null : BigInt(part),
});

/** All contradictions of an order, oldest first. */
export const contradictionsOf = async (em: EntityManager, orderId: OrderId): Promise<Contradiction[]> =>
  (
    await em.execute<Row[]>(
      `select ${columns} from contradictions c join effects e on e.id = c.effect_id where c.order_id = ? order by c.found_at limit 50`,
      [orderId],
    )
  ).map(toContradiction);

/** The contradiction of an effect, if its provider ever showed that it happened: an unsettled one first. */
export async function contradictionOf(
  em: EntityManager,
  { id }: Pick<Effect, 'id'>,
): Promise<Contradiction | undefined> {
  const [row] = await em.execute<Row[]>(
    `select ${columns} from contradictions c join effects e on e.id = c.effect_id where c.effect_id = ?
     order by c.settled_at is not null limit 1`,
    [id],
  );
  return row && toContradiction(row);
}

/** Reads one, and locks it until the transaction ends. */
export async function lockContradiction(em: EntityManager, id: string): Promise<Contradiction | undefined> {
  const [row] = await em.execute<Row[]>(
    `select ${columns} from contradictions c join effects e on e.id = c.effect_id where c.id = ? for no key update of c`,
    [id],
  );
  return row && toContradiction(row);
}

export const isContradicted = async (em: EntityManager, orderId: OrderId): Promise<boolean> =>
  (await em.execute<Row[]>('select 1 from contradictions where order_id = ? and settled_at is null limit 1', [orderId]))
    .length > 0;

export async function closeContradiction(
  em: EntityManager,
  id: string,
  bookedMinor: bigint,
  by: UserId,
): Promise<void> {
  await em.execute(
    'update contradictions set booked_minor = ?, settled_at = clock_now(), settled_by = ? where id = ?',
    [bookedMinor, by, id],
  );
}

/**
 * Records what a provider shows of an effect that was given up: on the effect, in the timeline, and by holding the
 * order. False when the effect was not given up.
 */
export async function keepContradiction(em: EntityManager, { id }: Pick<Effect, 'id'>, shown: Json): Promise<boolean> {
  const effect = await em.findOne(Effect, { id, status: 'DISPROVEN' }, { refresh: true });
  if (!effect) return false;
  const answer = JSON.stringify(shown);
  const told = await subjectsOf(em, effect);
  const news = [];
  for (const one of told) if (await keep(em, effect, one, answer)) news.push(one);
  if (told.length > 0 && news.length === 0) return true;
  const change = { result: raw<unknown>('?::jsonb', [answer]), lastCode: contradicted };
  await em.nativeUpdate(Effect, { id, status: 'DISPROVEN' }, change);
  for (const one of news) await hold(em, effect, one, shown);
  return true;
}

/**
 * The subject of an effect, and its order. The subject is the order itself, a parcel, or each leg that a payout paid.
 */
type For = { readonly subject: string; readonly orderId: OrderId };

/** Sorted by order id, the order in which orders are locked. */
const subjectsOf = (em: EntityManager, { id, subject }: Effect): Promise<For[]> =>
  em.execute<For[]>(
    `select id as subject, id as "orderId" from orders where id = ?
     union select l.id, l.order_id from leg_payouts p join payout_legs l on l.id = p.leg_id where p.effect_id = ?
     union select id, order_id from parcels where id = ? order by 2, 1`,
    [subject, id, subject],
  );

/** False when exactly this is recorded already. */
async function keep(em: EntityManager, effect: Effect, { subject, orderId }: For, answer: string): Promise<boolean> {
  const kept = await em.execute<{ id: string }[]>(
    `insert into contradictions (id, effect_id, subject, order_id, evidence) values (?, ?, ?, ?, ?::jsonb)
     on conflict (effect_id, subject) do update
       set evidence = excluded.evidence, found_at = clock_now(), settled_at = null, settled_by = null
       where contradictions.evidence <> excluded.evidence
     returning id`,
    [randomUUID(), effect.id, subject, orderId, answer],
  );
  return kept.length > 0;
}

async function hold(
  em: EntityManager,
  { purpose, idempotencyKey: key, generation }: Effect,
  { orderId, subject }: For,
  shown: Json,
): Promise<void> {
  const text = `given up as not happened, and it did: ${purpose} ${key}. Look at the provider before you decide anything more`;
  await note(em, orderId, 'effect', text, { key, generation, answer: shown });
  await em.execute('select id from orders where id = ? for no key update', [orderId]);
  const order = await em.findOneOrFail(Order, { id: orderId }, { refresh: true });
  await freeze(em, order, 'CONTRADICTION');
  if (purpose === 'pay') await reviewLeg(em, subject as LegId);
  else await reviewOrder(em, order);
}

/** A leg that has left stays where it is, and so does an order that ended well; the others wait for a person. */
const legsAtRest: readonly LegState[] = ['PENDING', 'SKIPPED_INSUFFICIENT_FUNDS', ...cameBack];
const ordersUnderWay: readonly OrderState[] = ['PAID', 'WAITING', 'PURCHASING', 'FAILED', 'REFUNDING'];

async function reviewLeg(em: EntityManager, id: LegId): Promise<void> {
  const leg = await claimLeg(em, id, legsAtRest);
  if (leg && mayMove(legMoves, leg.status, 'NEEDS_REVIEW'))
    await moveLeg(em, leg, 'NEEDS_REVIEW', { reason: contradicted });
}

async function reviewOrder(em: EntityManager, { id }: Order): Promise<void> {
  const order = await claimOrder(em, id, ordersUnderWay);
  if (!order || !mayMove(orderMoves, order.status, 'NEEDS_REVIEW')) return;
  const text = 'a call that was given up has happened after all';
  await moveOrder(em, order, { to: 'NEEDS_REVIEW', reason: contradicted, note: text });
}

/**
 * A person has seen that the effect happened as the provider shows, and nothing was sent in its place: it counts as
 * done. False when another generation stands.
 */
export async function reinstate(em: EntityManager, effectId: string, by: UserId, result: Json): Promise<boolean> {
  const reinstated = await em.execute<{ id: string }[]>(
    `update effects e set status = 'DONE', result = ?::jsonb, closed_at = clock_now()
     where id = ? and status = 'DISPROVEN'
       and not exists (select from effects o where o.purpose = e.purpose and o.subject = e.subject and o.status <> 'DISPROVEN')
       and not exists (select from leg_payouts p join leg_payouts other on other.leg_id = p.leg_id
         where p.effect_id = e.id and other.status <> 'DISPROVEN')
     returning id`,
    [JSON.stringify(result), effectId],
  );
  if (reinstated.length === 0) return false;
  await em.execute(
    'update contradictions set settled_at = clock_now(), settled_by = ? where effect_id = ? and settled_at is null',
    [by, effectId],
  );
  return true;
}

/** Claims the leg that waits because of a contradiction, if it still does. */
export async function heldLeg(em: EntityManager, id: LegId) {
  const leg = await findLeg(em, id);
  return leg?.status === 'NEEDS_REVIEW' && leg.reason === contradicted ? claimLeg(em, id, ['NEEDS_REVIEW']) : null;
}
