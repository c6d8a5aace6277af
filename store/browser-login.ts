import { randomUUID } from 'node:crypto';
import type { CredentialId, UserId } from '../domain/ids.ts';
import type { Holder } from '../domain/order.ts';
import type { SecretBox } from '../runtime/secret-box.ts';
import { disconnect } from './credentials.ts';
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

const apiName = 'aliexpress';
const connected = { status: { $ne: 'DISCONNECTED' as const } };

/**
 * Stores the log-in that a reseller buys with on the supplier's website. One row is one account for ever, as for other
 * accounts: another one takes the place of the one before, whose orders stay with it. Gives nothing when another user
 * buys with the account.
 */
export async function keepBrowserLogin(
  em: EntityManager,
  box: SecretBox,
  login: BrowserLogin,
): Promise<Credential | null> {
  const { userId, environment, email, password, moneyHolder } = login;
  await em.execute('select id from users where id = ? for no key update', [userId]);
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`${apiName}/${environment}/${email}`]);
  const owner = await em.findOne(Credential, { apiName, environment, accountId: email, ...connected });
  if (owner && owner.userId !== userId) return null;
  const last = await em.findOne(Credential, { userId, apiName, environment, ...connected });
  if (last && last.accountId !== email) await forgetBrowserLogin(em, last.id);
  const before = await em.findOne(Credential, { userId, apiName, environment, accountId: email });
  const id = before?.id ?? (randomUUID() as CredentialId);
  // A log-in has no tokens: what is secret in it lies with its browser session.
  const sealed = box.seal('{}', sealedPlace('api_credentials', id));
  const facts = { accountId: email, accountName: email, moneyHolder, status: 'HEALTHY' as const, sealed };
  if (before) await em.nativeUpdate(Credential, { id }, facts);
  else await em.insert(Credential, { id, userId, apiName, environment, ...facts, scopes: '', stateEntry: 1, wake: 0 });
  await keepShopLogin(em, box, id, password);
  return em.findOneOrFail(Credential, { id });
}

/** Its password and session are gone; what was bought with it stays its own. */
export async function forgetBrowserLogin(em: EntityManager, id: CredentialId): Promise<void> {
  await em.execute('delete from shop_accounts where id = ?', [id]);
  await disconnect(em, id);
}
