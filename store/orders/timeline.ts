import type { EntityName } from '@mikro-orm/core';
import { invariant } from '../../domain/call-outcome.ts';
import type { OrderId } from '../../domain/ids.ts';
import type { FailureReason } from '../../domain/order.ts';
import type { LineDetail, LineKind, Topic } from '../../domain/timeline.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { keysOf } from '../database/keyring.ts';
import { updateOf } from '../database/statements.ts';
import { tableOf } from '../database/table-rows.ts';
import { sealedLine } from '../database/timeline-lines.ts';
import { OrderEvent } from '../entities/order.ts';

/** Adds one line to an order's timeline. The order's owner sees all of it: write nothing secret. */
export async function note(
  em: EntityManager,
  orderId: OrderId,
  kind: LineKind,
  text: string,
  detail: LineDetail = {},
): Promise<void> {
  const line = sealedLine(keysOf(em), orderId, { note: text, detail });
  await em.execute(
    'insert into order_events (order_id, kind, bound_to, note, told, detail) values (?, ?, ?, ?, ?, ?::jsonb)',
    [orderId, kind, ...line],
  );
}

type OrderMove = { readonly from: string; readonly to: string; readonly reason?: string | null };
/** Its fields have other names than an order's move, because an order's moves are found by `to`. */
type LegMove = {
  readonly beneficiary: string;
  readonly legFrom: string;
  readonly legTo: string;
  readonly reason?: string | null;
};

/** The beginning of a move's text, made from its detail. */
export function moveText(move: OrderMove | LegMove): string {
  const reason = move.reason ? ` (${move.reason})` : '';
  if ('to' in move) return `${move.from} → ${move.to}${reason}`;
  return `payout to ${move.beneficiary}: ${move.legFrom} → ${move.legTo}${reason}`;
}

/**
 * Moves a row where its guard still fits, and writes that into its order's timeline, in one statement. False, and no
 * line, where the guard fits no more. @param told the text after the move; `also`: further detail
 */
export async function moveRow<T extends object>(
  em: EntityManager,
  entity: EntityName<T>,
  { guard, change }: { guard: Partial<T>; change: Partial<T> },
  {
    orderId,
    move,
    told,
    ...also
  }: { orderId: OrderId; move: OrderMove | LegMove; told?: string | undefined } & LineDetail,
): Promise<boolean> {
  const update = updateOf(tableOf(em, entity), guard, change);
  invariant(update, 'a move sets columns to values');
  const text = `${moveText(move)}${told ? `: ${told}` : ''}`;
  const line = sealedLine(keysOf(em), orderId, { note: text, detail: { ...also, ...move } });
  const written = await em.execute<{ id: string }[]>(
    `with moved as (${update.sql} returning 1)
     insert into order_events (order_id, kind, bound_to, note, told, detail)
     select ?::uuid, 'moved', ?::uuid, ?::text, ?::text, ?::jsonb from moved returning id`,
    [...update.values, orderId, ...line],
  );
  return written.length === 1;
}

/**
 * The move that a timeline line describes; undefined for a payout's move of an earlier release, which has text alone.
 */
export function moveOf({ kind, detail }: OrderEvent): OrderMove | LegMove | undefined {
  if (kind !== 'moved' || !detail) return undefined;
  return 'to' in detail || 'legTo' in detail ? (detail as OrderMove | LegMove) : undefined;
}

/** Why the order last failed. */
export async function lastFailure(em: EntityManager, orderId: OrderId): Promise<FailureReason | undefined> {
  const [row] = await em.execute<{ reason: FailureReason }[]>(
    `select detail ->> 'reason' as reason from order_events
     where order_id = ? and kind = 'moved' and detail ->> 'to' = 'FAILED' order by id desc limit 1`,
    [orderId],
  );
  return row?.reason;
}

/** Writes a topic once per order. False when it was written before. */
export async function noteOnce(em: EntityManager, orderId: OrderId, topic: Topic, text: string): Promise<boolean> {
  const said = await em.execute<{ id: string }[]>(
    `select id from order_events where order_id = ? and detail ->> 'topic' = ? limit 1`,
    [orderId, topic],
  );
  if (said.length > 0) return false;
  await note(em, orderId, 'noted', text, { topic });
  return true;
}

/** Writes each text of a topic once per order. False when it was written before. */
export async function noteNews(em: EntityManager, orderId: OrderId, topic: Topic, text: string): Promise<boolean> {
  const said = await em.find(OrderEvent, { orderId, detail: { topic } });
  if (said.some(line => line.note === text)) return false;
  await note(em, orderId, 'noted', text, { topic });
  return true;
}

/** When a topic was first noted. */
export async function notedAt(em: EntityManager, orderId: OrderId, topic: Topic): Promise<Date | null> {
  const [row] = await em.execute<{ at: string }[]>(
    `select at::text from order_events where order_id = ? and detail ->> 'topic' = ? order by id limit 1`,
    [orderId, topic],
  );
  return row ? new Date(row.at) : null;
}

/** Since when a topic has been noted repeatedly, up to now, without a pause longer than `pauseMs`. */
export async function notedSince(
  em: EntityManager,
  orderId: OrderId,
  topic: Topic,
  { now, pauseMs }: { now: Date; pauseMs: number },
): Promise<Date | null> {
  const rows = await em.execute<{ at: string }[]>(
    `select at::text from order_events where order_id = ? and detail ->> 'topic' = ? order by id desc limit 1000`,
    [orderId, topic],
  );
  let since: Date | null = null;
  for (const at of rows.map(row => new Date(row.at))) {
    if ((since ?? now).getTime() - at.getTime() > pauseMs) break;
    since = at;
  }
  return since;
}

export const timelineOf = (em: EntityManager, orderId: OrderId): Promise<OrderEvent[]> =>
  em.find(OrderEvent, { orderId }, { orderBy: { id: 'asc' }, limit: 1_000 });
