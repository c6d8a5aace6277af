/**
 * In whose name something is done. The api or the dashboard says so once per request; each transaction passes it on to
 * the database, whose triggers record what was changed (`record_change`, migration 0039). Without a name, as in the
 * workers, nothing is recorded: what the system does by itself is in the orders' timelines.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntityManager } from './entity-manager.ts';

export type AuditedAction = { operator: string; action: string; target: Readonly<Record<string, string>> };
/** Where an action comes from: the address, as limits count it, and the session. */
type Whence = { source: string; sessionId: string | null };

/**
 * `attempt`: the row of the audit to which the changes belong. Without one each transaction that changes something makes
 * its own: a request with two of them leaves two.
 */
type Acting = AuditedAction & Whence & { attempt?: string };

const acting = new AsyncLocalStorage<Acting>();

/** However long a request is, its row of the audit stays small. */
const actionLengthMax = 200;
export const cut = <Action extends AuditedAction>(audited: Action): Action => ({
  ...audited,
  action: audited.action.slice(0, actionLengthMax),
});

export const actingAs = <T>(action: AuditedAction & Whence, work: () => T): T => acting.run(cut(action), work);

/** In nobody's name, even in a session: a sale changes no account, and a log-in belongs to the user whom it lets in. */
export const actingAsNobody = <T>(work: () => T): T => acting.exit(work);

/** The same person, from the same address, in an action that already has a row in the audit. */
export const actingIn = <T>(action: AuditedAction, attempt: string, work: () => T): T =>
  acting.run({ ...action, ...whence(), attempt }, work);

/** The action of the present request; undefined where nobody acts. */
export const presentAction = (): (AuditedAction & Whence) | undefined => acting.getStore();

export function whence(): Whence {
  const { source, sessionId } = acting.getStore() ?? { source: '', sessionId: null };
  return { source, sessionId };
}

/** At the beginning of a transaction. */
export async function tellActing(em: EntityManager): Promise<void> {
  const { attempt = '', ...action } = acting.getStore() ?? {};
  if (!('operator' in action)) return;
  await em.execute(`select set_config('audit.deed', ?, true), set_config('audit.attempt', ?, true)`, [
    JSON.stringify(action),
    attempt,
  ]);
}
