import { randomUUID } from 'node:crypto';
import type { CredentialId, UserId } from '../domain/ids.ts';
import type { Holder } from '../domain/order.ts';
import type { SecretBox } from '../runtime/secret-box.ts';
import { credentialOf } from './credentials.ts';
import { Credential, type Environment } from './entities/people.ts';
import type { EntityManager } from './open.ts';
import { sealedPlace } from './sealed-columns.ts';
import { keepShopLogin } from './shop-accounts.ts';

export type BrowserLogin = {
  userId: UserId;
  environment: Environment;
  email: string;
  password: string;
  moneyHolder: Holder;
};

/**
 * Stores the log-in that a reseller buys with on the supplier's website, or replaces it. Gives nothing when another user
 * has entered the same account.
 */
export async function keepBrowserLogin(
  em: EntityManager,
  box: SecretBox,
  login: BrowserLogin,
): Promise<Credential | null> {
  const { userId, environment, email, password, moneyHolder } = login;
  const apiName = 'aliexpress';
  await em.execute('select id from users where id = ? for no key update', [userId]);
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`${apiName}/${environment}/${email}`]);
  const owner = await em.findOne(Credential, { apiName, environment, accountId: email });
  if (owner && owner.userId !== userId) return null;
  const before = await credentialOf(em, userId, apiName, environment);
  const id = before?.id ?? (randomUUID() as CredentialId);
  const facts = { accountId: email, accountName: email, moneyHolder, status: 'HEALTHY' as const };
  if (before) await em.nativeUpdate(Credential, { id }, facts);
  else {
    // A log-in has no tokens: what is secret in it lies with its browser session.
    const sealed = box.seal('{}', sealedPlace('api_credentials', id));
    await em.insert(Credential, {
      id,
      userId,
      apiName,
      environment,
      ...facts,
      scopes: '',
      sealed,
      stateEntry: 1,
      wake: 0,
    });
  }
  await keepShopLogin(em, box, id, password);
  return em.findOneOrFail(Credential, { id });
}

/** Its password and session are gone; what was bought with it stays named after it. */
export async function forgetBrowserLogin(em: EntityManager, id: CredentialId): Promise<void> {
  await em.execute('delete from shop_accounts where id = ?', [id]);
  await em.nativeUpdate(Credential, { id }, { status: 'RECONNECT_NEEDED' });
}
