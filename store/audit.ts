/** The record of what operators did, or tried. Nothing in it is ever changed. */
import type { EntityManager } from './open.ts';

export type Deed = { operator: string; action: string; target: Readonly<Record<string, string>> };

/** Writes what an operator is about to do, or what was denied; the answer is the attempt's number. */
export async function auditAttempt(em: EntityManager, deed: Deed, outcome: string): Promise<string> {
  const { operator, action, target } = deed;
  const [row] = await em.execute<{ id: string }[]>(
    'insert into operator_audit (operator, action, target, outcome) values (?, ?, ?::jsonb, ?) returning id::text',
    [operator, action, JSON.stringify(target), outcome],
  );
  return row?.id ?? '';
}

/** How an attempt ended: a row of its own. */
export async function auditOutcome(em: EntityManager, deed: Deed, attempt: string, outcome: string): Promise<void> {
  await auditAttempt(em, { ...deed, target: { ...deed.target, attempt } }, outcome);
}

export type Audited = Deed & { id: string; at: Date; outcome: string };

/** Attempts, the newest first, each with how it ended. */
export async function auditTrail(em: EntityManager, page: { limit: number; offset: number }): Promise<Audited[]> {
  const rows = await em.execute<(Omit<Audited, 'at'> & { at: string })[]>(
    `with page as (
       select * from operator_audit where target->>'attempt' is null order by id desc limit ? offset ?
     )
     select p.id::text, p.at::text, p.operator, p.action, p.target, coalesce(r.outcome, p.outcome) as outcome
     from page p left join operator_audit r on r.target->>'attempt' = p.id::text
     order by p.id desc`,
    [page.limit, page.offset],
  );
  return rows.map(row => ({ ...row, at: new Date(row.at) }));
}
