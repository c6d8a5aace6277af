/**
 * The findings of the book checks, each stored once:
 *
 *   met ──► suspected ──met again at the second look──► open ──not met in a later run──► gone
 *             └──not met again──► forgotten: it was news that had not arrived yet
 *
 * A finding that is no difference (unread, uncheckable) is open at once.
 */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from '../database/entity-manager.ts';
import { BookFinding, type FindingKind } from '../entities/book-check.ts';

export type Finding = {
  readonly rule: string;
  readonly kind: FindingKind;
  /** The order's id, if the finding is about one. */
  readonly subject: string;
  /** Tells two findings of one rule about one order apart. */
  readonly about: string;
  readonly detail: string;
};

/** One slice of a check. Read again from its cursor, it covers the same rows. */
export type SliceOf = { readonly stage: string; readonly cursor: string | null };

/** How long a finding that is gone is still shown. */
const goneDays = 90;

/** An earlier difference stays when the same thing could not be read this time. */
const stays = `excluded.kind = 'unread' and f.kind = 'difference'`;

export async function keepFindings(
  em: EntityManager,
  run: number,
  { stage, cursor }: SliceOf,
  findings: readonly Finding[],
): Promise<void> {
  for (const { rule, kind, subject, about, detail } of findings)
    await em.execute(
      `insert into book_findings as f (id, rule, kind, subject, about, detail, run, stage, cursor, confirmed_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, case when ? <> 'difference' then clock_now() end)
       on conflict (rule, subject, about) where gone_at is null do update set
         run = excluded.run, stage = excluded.stage, cursor = excluded.cursor,
         kind = case when ${stays} then f.kind else excluded.kind end,
         detail = case when ${stays} then f.detail else excluded.detail end,
         confirmed_at = case when excluded.kind = f.kind then f.confirmed_at when ${stays} then f.confirmed_at else excluded.confirmed_at end,
         last_seen_at = case when ${stays} then f.last_seen_at else excluded.last_seen_at end`,
      [randomUUID(), rule, kind, subject, about, detail, run, stage, cursor, kind],
    );
}

/** The slice of the oldest suspicion that had no second look yet, and when the suspicion was met. */
export async function suspectedSlice(em: EntityManager): Promise<(SliceOf & { seenAt: Date }) | undefined> {
  const [row] = await em.execute<{ stage: string; cursor: string | null; seen_at: Date | string }[]>(
    `select stage, cursor, first_seen_at as seen_at from book_findings
     where gone_at is null and confirmed_at is null order by first_seen_at, id limit 1`,
  );
  return row && { stage: row.stage, cursor: row.cursor, seenAt: new Date(row.seen_at) };
}

/**
 * Confirms what the second look at a slice met again or could not read. The slice's other suspicions are forgotten:
 * they were news that had not arrived yet.
 */
export async function confirmFindings(
  em: EntityManager,
  { stage, cursor }: SliceOf,
  met: readonly Finding[],
): Promise<void> {
  for (const { rule, subject, about, kind, detail } of met)
    await em.execute(
      `update book_findings set confirmed_at = clock_now(), last_seen_at = clock_now(),
         detail = case when ? = 'difference' then ? else detail end
       where gone_at is null and confirmed_at is null and rule = ? and subject = ? and about = ?`,
      [kind, detail, rule, subject, about],
    );
  await em.execute(
    `delete from book_findings where gone_at is null and confirmed_at is null
       and stage = ? and cursor is not distinct from ?`,
    [stage, cursor],
  );
}

/** Closes the findings that this run did not meet again. Returns how many. */
export async function closeGone(em: EntityManager, run: number): Promise<number> {
  const rows = await em.execute<{ id: string }[]>(
    'update book_findings set gone_at = clock_now() where gone_at is null and run < ? returning id',
    [run],
  );
  await em.execute(`delete from book_findings where gone_at < clock_now() - interval '${goneDays} days'`);
  return rows.length;
}

const open = 'gone_at is null and confirmed_at is not null';

export type FindingCount = { readonly rule: string; readonly kind: FindingKind; readonly count: number };

/** Counts the open findings by rule. */
export const countFindings = (em: EntityManager): Promise<FindingCount[]> =>
  em.execute<FindingCount[]>(
    `select rule, kind, count(*)::int as count from book_findings where ${open} group by 1, 2 order by 1, 2`,
  );

/** The open findings: of each rule the newest `perRule`. */
export async function openFindings(em: EntityManager, perRule: number): Promise<BookFinding[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select id from (
       select id, row_number() over (partition by rule, kind order by first_seen_at desc, id) as place
       from book_findings where ${open}) as f where place <= ?`,
    [perRule],
  );
  return em.find(
    BookFinding,
    { id: { $in: rows.map(({ id }) => id) } },
    { orderBy: { rule: 'asc', firstSeenAt: 'desc', id: 'asc' } },
  );
}

/** Findings that runs have not met again, most recent first. */
export const goneFindings = (em: EntityManager, limit: number): Promise<BookFinding[]> =>
  em.find(BookFinding, { goneAt: { $ne: null } }, { orderBy: { goneAt: 'desc', id: 'asc' }, limit });
