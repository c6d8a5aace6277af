/**
 * The record of what people did, or tried, through the api or the dashboard. Its rows never change. The changes that an
 * action made in the database are in `audit_changes`, written by the database itself (`store/database/current-actor.ts`).
 */
import { type AuditedAction, cut, presentAction, whence } from '../database/current-actor.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { Store } from '../database/open.ts';

export type { AuditedAction } from '../database/current-actor.ts';

/** Records an action that is about to be done, was done, or was denied. @returns the attempt's number */
export async function auditAttempt(
  em: EntityManager,
  deed: AuditedAction,
  outcome: string,
  from = whence(),
): Promise<string> {
  const { operator, action, target } = cut(deed);
  const [row] = await em.execute<{ id: string }[]>(
    `insert into operator_audit (operator, action, target, outcome, source, session_id)
     values (?, ?, ?::jsonb, ?, ?, ?) returning id::text`,
    [operator, action, JSON.stringify(target), outcome, from.source, from.sessionId],
  );
  return row?.id ?? '';
}

/** How an attempt ended: a row of its own. */
export async function auditOutcome(
  em: EntityManager,
  deed: AuditedAction,
  attempt: string,
  outcome: string,
): Promise<void> {
  await auditAttempt(em, { ...deed, target: { ...deed.target, attempt } }, outcome);
}

/** Records the present request, even if it changes nothing, in the transaction in which it is done. */
export async function auditAnyway(em: EntityManager): Promise<void> {
  const deed = presentAction();
  if (!deed) return;
  const attempt = await auditAttempt(em, deed, 'done', deed);
  await em.execute(`select set_config('audit.attempt', ?, true)`, [attempt]);
}

/** What the present request asks for may not be done; nothing when nobody is logged in. */
export async function auditPresentDenied(store: Pick<Store, 'write'>, why: string): Promise<void> {
  const deed = presentAction();
  if (deed) await store.write(em => auditAttempt(em, deed, `denied: ${why}`, deed));
}

/** A change that an action made: columns of a row, before and after. A column with secret values is only named. */
type Changed = {
  table: string;
  row: string;
  change: 'INSERT' | 'UPDATE' | 'DELETE';
  before: Readonly<Record<string, unknown>>;
  after: Readonly<Record<string, unknown>>;
};

export type Audited = AuditedAction & {
  id: string;
  at: Date;
  outcome: string;
  source: string | null;
  changes: Changed[];
};

const changesShown = 20;

/** Attempts, the newest first, each with its outcome and at most `changesShown` of its changes. */
export async function auditTrail(em: EntityManager, page: { limit: number; offset: number }): Promise<Audited[]> {
  const rows = await em.execute<(Omit<Audited, 'at'> & { at: string })[]>(
    `with page as (
       select * from operator_audit where target->>'attempt' is null order by id desc limit ? offset ?
     )
     select p.id::text, p.at::text, p.operator, p.action, p.target, coalesce(r.outcome, p.outcome) as outcome, p.source,
       (select coalesce(jsonb_agg(to_jsonb(c) order by c.id), '[]') from (
          select id, table_name as table, row_key as row, change, before, after from audit_changes
          where attempt = p.id order by id limit ?) c) as changes
     from page p left join operator_audit r on r.target->>'attempt' = p.id::text
     order by p.id desc`,
    [page.limit, page.offset, changesShown],
  );
  return rows.map(row => ({ ...row, at: new Date(row.at) }));
}
