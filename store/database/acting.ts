/**
 * In whose name something is done. A door says so once, for all that a request causes; each transaction tells it to the
 * database, whose triggers write down what was changed (`record_change`, migration 0039). Without a name, as in the
 * workers, nothing is written down: what the system does by itself is in the orders' timelines.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntityManager } from './entity-manager.ts';

export type AuditedAction = { operator: string; action: string; target: Readonly<Record<string, string>> };
/** Where it comes from: the address that a limit would count, and the session. */
export type Whence = { source: string; sessionId: string | null };

/**
 * `attempt`: the row of the audit to which the changes belong. Without one each transaction that changes something makes
 * its own: a request with two of them leaves two.
 */
type Acting = AuditedAction & Whence & { attempt?: string };

const acting = new AsyncLocalStorage<Acting>();

/** Whatever somebody asks for, a row of the audit stays small. */
const actionLengthMax = 200;
export const cut = <D extends AuditedAction>(deed: D): D => ({
  ...deed,
  action: deed.action.slice(0, actionLengthMax),
});

export const actingAs = <T>(deed: AuditedAction & Whence, work: () => T): T => acting.run(cut(deed), work);

/** In nobody's name, whoever is logged in: a sale is no change of an account, and a log-in belongs to whom it lets in. */
export const actingAsNobody = <T>(work: () => T): T => acting.exit(work);

/** The same person, from the same place, at something that has a row in the audit already. */
export const actingIn = <T>(deed: AuditedAction, attempt: string, work: () => T): T =>
  acting.run({ ...deed, ...whence(), attempt }, work);

/** What the door said that is being done, if it is done by somebody. */
export const presentDeed = (): (AuditedAction & Whence) | undefined => acting.getStore();

export function whence(): Whence {
  const { source, sessionId } = acting.getStore() ?? { source: '', sessionId: null };
  return { source, sessionId };
}

/** At the beginning of a transaction. */
export async function tellActing(em: EntityManager): Promise<void> {
  const { attempt = '', ...deed } = acting.getStore() ?? {};
  if (!('operator' in deed)) return;
  await em.execute(`select set_config('audit.deed', ?, true), set_config('audit.attempt', ?, true)`, [
    JSON.stringify(deed),
    attempt,
  ]);
}
