import type { EntityManager } from '../database/entity-manager.ts';
import { type Rule, rules } from './ledger-rules.ts';

/** One thing that the ledger says and the rows it was made from do not, or the other way round. */
export type Difference = { readonly rule: string; readonly subject: string; readonly detail: string };

/** So many of one rule are told. */
const mostOfOne = 1_000;

/** The ledger against the rows it was made from. */
export async function checkLedger(em: EntityManager): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const rule of rules) found.push(...(await breaksOf(em, rule)));
  return found;
}

/** What breaks one rule. Within a transaction it may take as long as reading all books takes. */
export async function breaksOf(em: EntityManager, { name: rule, sql }: Rule): Promise<Difference[]> {
  const rows = await em.execute<{ subject: string; detail: string }[]>(`${sql} limit ${mostOfOne}`);
  return rows.map(({ subject, detail }) => ({ rule, subject: subject ?? '', detail }));
}

export const checkedRules: readonly string[] = rules.map(({ name }) => name);
