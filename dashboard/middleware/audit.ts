import { auditAttempt, auditOutcome } from '../../store/accounts/audit.ts';
import { type AuditedAction, actingIn } from '../../store/database/current-actor.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from './refusal.ts';

type Auditing = Pick<Deps, 'store' | 'log'>;

/**
 * Does what an operator asked for, between two rows of the audit: the intent before, the outcome after. Without the
 * first row nothing is done; a row without an outcome shows that the process died in between. Changes in the database
 * are recorded under the first row.
 */
export async function audited<Result>(
  { store, log }: Auditing,
  action: AuditedAction,
  work: () => Promise<Result>,
  tell?: (result: Result) => string,
): Promise<Result> {
  const attempt = await store.write(em => auditAttempt(em, action, 'intent'));
  const [end] = await Promise.allSettled([actingIn(action, attempt, work)]);
  const done = (result: Result) => (tell ? `done: ${tell(result)}` : 'done');
  const outcome = end.status === 'fulfilled' ? done(end.value) : `failed: ${reason(end.reason)}`;
  log.info({ ...action, outcome }, 'operator');
  await store.write(em => auditOutcome(em, action, attempt, outcome));
  if (end.status === 'rejected') throw end.reason;
  return end.value;
}

/** Only messages that we wrote ourselves: a database error quotes the statement with its values. */
function reason(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  return error instanceof Error ? error.name : 'unknown';
}

/** Records what an operator tried without permission. */
export async function auditDenied({ store, log }: Auditing, action: AuditedAction, why: string): Promise<void> {
  log.warn({ ...action, why }, 'denied');
  await store.write(em => auditAttempt(em, action, `denied: ${why}`));
}
