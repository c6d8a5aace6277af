import type { UserId } from '../../domain/ids.ts';
import type { Holder } from '../../domain/order.ts';
import type { SecretBox } from '../../runtime/secrets/secret-box.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { sealedPlace } from '../database/sealed-columns.ts';
import type { Credential, Environment } from '../entities/people.ts';
import { claimAccountRow, saveAccount } from './connect.ts';
import { keepShopLogin } from './shop-accounts.ts';

type BrowserLogin = {
  userId: UserId;
  environment: Environment;
  email: string;
  password: string;
  moneyHolder: Holder;
};

/**
 * Stores the log-in to buy with on the supplier's website. The first user who gets in with it owns it
 * (`claimShopLogin`): until then several may enter it, without learning of each other.
 */
export async function keepBrowserLogin(
  em: EntityManager,
  box: SecretBox,
  { email, password, ...owned }: BrowserLogin,
): Promise<Credential> {
  const account = { ...owned, apiName: 'aliexpress' as const, accountId: email, accountName: email };
  const place = await claimAccountRow(em, account);
  // A log-in has no tokens: its secrets are stored with its browser session.
  const sealed = box.seal('{}', sealedPlace('api_credentials', place.id));
  const credential = await saveAccount(em, place, account, { scopes: '', sealed });
  await keepShopLogin(em, box, place.id, password);
  return credential;
}
