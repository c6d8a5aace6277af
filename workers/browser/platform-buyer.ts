import type { SecretBox } from '../../runtime/secret-box.ts';
import { keepBrowserLogin } from '../../store/browser-login.ts';
import { credentialOf } from '../../store/credentials.ts';
import type { Environment } from '../../store/entities/people.ts';
import type { Store } from '../../store/open.ts';
import { openShopSecrets, shopAccount } from '../../store/shop-accounts.ts';
import { commissionAdmin } from '../../store/users.ts';

/** The platform's own account, as the environment names it; an unchanged one keeps its session and its pause. */
export const keepPlatformBuyer = (
  store: Store,
  box: SecretBox,
  environment: Environment,
  { email, password }: { email: string; password: string },
): Promise<void> =>
  store.transaction(async em => {
    const { id: userId } = await commissionAdmin(em);
    const before = await credentialOf(em, userId, 'aliexpress', environment);
    const account = before && (await shopAccount(em, before.id));
    const same = before?.accountId === email && account && openShopSecrets(box, account).password === password;
    if (same) return;
    const kept = await keepBrowserLogin(em, box, { userId, environment, email, password, moneyHolder: 'platform' });
    if (!kept)
      throw new Error('ALIEXPRESS_USER is the browser log-in of a reseller: the platform needs one of its own');
  });
