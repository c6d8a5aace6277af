import { raw } from '@mikro-orm/core';
import type { CredentialId } from '../../domain/ids.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Credential } from '../entities/people.ts';
import { lockAccount } from './connect.ts';
import { connected } from './credentials.ts';

/**
 * The first user who gets in at the supplier's shop owns the log-in here; entering it proves nothing. False when it is
 * another user's by now, or was disconnected.
 */
export async function claimShopLogin(em: EntityManager, id: CredentialId): Promise<boolean> {
  const { apiName, environment, accountId } = await em.findOneOrFail(Credential, { id });
  await lockAccount(em, { apiName, environment, accountId });
  const account = { apiName, environment, accountId, ...connected };
  const owner = await em.findOne(Credential, { ...account, claimedAt: { $ne: null } });
  if (owner) return owner.id === id;
  return (await em.nativeUpdate(Credential, { id, ...connected }, { claimedAt: raw('clock_now()') })) === 1;
}
