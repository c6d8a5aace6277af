/** A row that has a time to be looked at, a job that looks at it, and one process at a time that may write it. */
import { type EntityName, type FilterQuery, type FindOptions, raw } from '@mikro-orm/core';
import { timeIn } from './clock.ts';
import type { EntityManager } from './entity-manager.ts';
import { quoted } from './quoted.ts';
import { rowsBy, tableOf } from './table-rows.ts';

/** How long a job that was added with the commit has before the sweep looks for it. */
export const graceMs = 2_000;

/** A wait that an action ends is checked once more after this long: the action may have come before the commit. */
export const secondLookMs = 60_000;

/** Another process claimed the row after us, so this one must not write it any more. */
export class LostClaim extends Error {
  override readonly name = 'LostClaim';
  constructor(id: string) {
    super(`${id} was claimed by somebody else, or moved on`);
  }
}

/** How often it entered its state, and was woken in it: both are part of its job's id. */
export type DueRow = { id: string; stateEntry: number; wake: number; nextCheckAt?: Date | null | undefined };

/** A row without what is left closed of it, because its job has no use for that. */
export type Unopened<Row extends DueRow, Closed extends keyof Row> = Pick<Row, Exclude<keyof Row, Closed>> & DueRow;

// The types of MikroORM do not reach into a row that is not known: each of them has at least these columns.
const plain = <Row extends DueRow>(entity: EntityName<Row>) => entity as EntityName<DueRow>;
const without = (closed: readonly unknown[]) => (closed.length > 0 ? { exclude: closed } : {}) as FindOptions<DueRow>;

/**
 * Makes this run the row's owner: every later write of an earlier owner fails. Null when the row is gone, or in none of
 * the states that the caller can continue from.
 */
export async function claim<Row extends DueRow>(
  em: EntityManager,
  entity: EntityName<Row>,
  id: Row['id'],
  from?: readonly string[],
): Promise<Row | null> {
  if (from?.length === 0) return null;
  const { name } = tableOf(em, entity);
  const inState = from ? `and status in (${quoted(from)})` : '';
  const claimed = (columns: string) =>
    `update ${name} set fence = fence + 1 where id = ? ${inState} returning ${columns}`;
  const [row = null] = await rowsBy(em, entity, claimed, [id]);
  return row;
}

/** A new job id, and for that job the usual time to be added. */
export const wakening = (em: EntityManager) => ({ wake: raw<number>('wake + 1'), nextCheckAt: timeIn(em, graceMs) });

/**
 * A new id for the row's next job, so that it runs although an earlier one still sits in *completed* or *failed*. Gives
 * nothing where there is no such row, or none as `where` says.
 */
export async function wake<Row extends DueRow, Closed extends keyof Row = never>(
  em: EntityManager,
  entity: EntityName<Row>,
  id: Row['id'],
  { where = {}, exclude = [] }: { where?: FilterQuery<Row>; exclude?: readonly Closed[] } = {},
): Promise<Unopened<Row, Closed> | null> {
  const guard = { $and: [{ id }, where as FilterQuery<DueRow>] };
  if ((await em.nativeUpdate(plain(entity), guard, wakening(em))) !== 1) return null;
  return (await em.findOne(plain(entity), { id }, without(exclude))) as Unopened<Row, Closed> | null;
}

/** What is due by `now`, the longest first. */
export const dueRows = <Row extends DueRow, Closed extends keyof Row = never>(
  em: EntityManager,
  entity: EntityName<Row>,
  { now, limit, exclude = [] }: { now: Date; limit: number; exclude?: readonly Closed[] | undefined },
): Promise<Unopened<Row, Closed>[]> => {
  const page = { ...without(exclude), orderBy: { nextCheckAt: 'asc' as const }, limit };
  return em.find(plain(entity), { nextCheckAt: { $lte: now } }, page) as Promise<Unopened<Row, Closed>[]>;
};

/**
 * Guarded by the time that was read: whoever has just said when to look again is not overruled. A time that Postgres itself
 * has written has microseconds, and was read without them.
 */
export const postpone = async <Row extends DueRow>(
  em: EntityManager,
  entity: EntityName<Row>,
  { id, nextCheckAt = null }: Pick<DueRow, 'id' | 'nextCheckAt'>,
  at: Date | null,
): Promise<void> => {
  const asRead = nextCheckAt && { $gte: nextCheckAt, $lt: new Date(nextCheckAt.getTime() + 1) };
  await em.nativeUpdate(plain(entity), { id, nextCheckAt: asRead }, { nextCheckAt: at });
};
