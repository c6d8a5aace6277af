import type { EntityManager } from '../database/entity-manager.ts';
import { type Rule, rules } from './ledger-rules.ts';

/** A contradiction between the ledger and the rows that it was made from. */
export type Difference = { readonly rule: string; readonly subject: string; readonly detail: string };

/** At most this many differences of one rule are reported. */
const mostOfOne = 1_000;

/** Compares the ledger with the rows that it was made from. */
export async function checkLedger(em: EntityManager): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const rule of rules) found.push(...(await breaksOf(em, rule)));
  return found;
}

/** Finds what breaks one rule. Within a transaction it may take as long as reading all books takes. */
export async function breaksOf(em: EntityManager, { name: rule, sql }: Rule): Promise<Difference[]> {
  const rows = await em.execute<{ subject: string; detail: string }[]>(`${sql} limit ${mostOfOne}`);
  return rows.map(({ subject, detail }) => ({ rule, subject: subject ?? '', detail }));
}

export const checkedRules: readonly string[] = rules.map(({ name }) => name);
