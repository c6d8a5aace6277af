/**
 * Accounts whose provider refuses us: a permission is missing, or every token that it issues is refused.
 *
 *   HEALTHY ── refused ──► RECONNECT_NEEDED ── after a rest ──► HEALTHY, on trial ── nothing refused ──► HEALTHY
 *                               ▲                                    │
 *                               └────────────── refused ─────────────┘   the next rest is twice as long, an hour at most
 *
 * On trial a little of what waits for the account is woken; all of it when the trial is over. Its owner may connect it
 * anew at any time, which ends all of this. What is written here tells since when, why, and how often.
 */
import { raw } from '@mikro-orm/core';
import { restAfterRefusal, trialMs } from '../../domain/connection.ts';
import type { CredentialId } from '../../domain/ids.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Credential } from '../entities/people.ts';
import { lockCredential, notRefused } from './credentials.ts';

/**
 * Stops the account; `news` when this did it. Of many calls that are refused at once one counts, and none that was made
 * with an old token: the owner may have connected the account again meanwhile.
 */
export async function refuseAccount(
  em: EntityManager,
  id: CredentialId,
  { code, now, isCurrent }: { code: string; now: Date; isCurrent(credential: Credential): boolean },
): Promise<{ credential: Credential; news: boolean }> {
  const before = await lockCredential(em, id);
  if (before.status !== 'HEALTHY' || !isCurrent(before)) return { credential: before, news: false };
  const refusals = before.refusals + 1;
  const trialAt = new Date(now.getTime() + restAfterRefusal(refusals));
  await em.nativeUpdate(
    Credential,
    { id },
    {
      status: 'RECONNECT_NEEDED',
      refusedSince: before.refusedSince ?? now,
      refusedFor: code,
      refusals,
      trialAt,
      nextCheckAt: trialAt,
      stateEntry: raw<number>('state_entry + 1'),
      wake: 0,
    },
  );
  return { credential: await em.findOneOrFail(Credential, { id }), news: true };
}

/** Begins a trial. False when another process has, or the account is not to be tried. */
export async function beginTrial(em: EntityManager, id: CredentialId, now: Date): Promise<boolean> {
  const trialAt = new Date(now.getTime() + trialMs);
  const change = { status: 'HEALTHY' as const, trialAt, nextCheckAt: trialAt };
  const refused = { id, status: 'RECONNECT_NEEDED' as const, refusedSince: { $ne: null } };
  return (await em.nativeUpdate(Credential, refused, { ...change, ...anew })) === 1;
}

/** Ends a trial without a refusal. False when the account was refused meanwhile. */
export async function endTrial(em: EntityManager, { id, refreshAt, trialAt }: Credential): Promise<boolean> {
  const tried = { id, status: 'HEALTHY' as const, trialAt };
  return (await em.nativeUpdate(Credential, tried, { ...notRefused, nextCheckAt: refreshAt, ...anew })) === 1;
}

const anew = { stateEntry: raw<number>('state_entry + 1'), wake: 0 };
