import { auditAttempt, auditOutcome } from '../../store/accounts/audit.ts';
import { type AuditedAction, actingIn } from '../../store/database/current-actor.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from './refusal.ts';

type Auditing = Pick<Deps, 'store' | 'log'>;

/**
 * Does what an operator asked for, between two rows of the audit: the intent before, how it ended after. Without the
 * first row nothing is done; a row that stays at its intent says that we died in between. What it changes in the database
 * belongs to the first row.
 */
export async function audited<Result>(
  { store, log }: Auditing,
  deed: AuditedAction,
  work: () => Promise<Result>,
  tell?: (result: Result) => string,
): Promise<Result> {
  const attempt = await store.write(em => auditAttempt(em, deed, 'intent'));
  const [end] = await Promise.allSettled([actingIn(deed, attempt, work)]);
  const done = (result: Result) => (tell ? `done: ${tell(result)}` : 'done');
  const outcome = end.status === 'fulfilled' ? done(end.value) : `failed: ${reason(end.reason)}`;
  log.info({ ...deed, outcome }, 'operator');
  await store.write(em => auditOutcome(em, deed, attempt, outcome));
  if (end.status === 'rejected') throw end.reason;
  return end.value;
}

/** Only our own words: a database error quotes the statement with its values. */
function reason(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  return error instanceof Error ? error.name : 'unknown';
}

/** Writes down what somebody tried and may not. */
export async function auditDenied({ store, log }: Auditing, deed: AuditedAction, why: string): Promise<void> {
  log.warn({ ...deed, why }, 'denied');
  await store.write(em => auditAttempt(em, deed, `denied: ${why}`));
}
