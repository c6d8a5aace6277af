import { rules } from './ledger-rules.ts';
import type { EntityManager } from './open.ts';

/** One thing that the ledger says and the rows it was made from do not, or the other way round. */
export type Difference = { readonly rule: string; readonly subject: string; readonly detail: string };

/** The ledger against the rows it was made from. */
export async function checkLedger(em: EntityManager): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const { name: rule, sql } of rules) {
    const rows = await em.execute<{ subject: string; detail: string }[]>(`${sql} limit 1000`);
    found.push(...rows.map(({ subject, detail }) => ({ rule, subject, detail })));
  }
  return found;
}

export const checkedRules: readonly string[] = rules.map(({ name }) => name);
