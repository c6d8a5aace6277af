import type { SecretBox } from '../../runtime/secrets/secret-box.ts';
import { commissionAdmin } from '../../store/accounts/users.ts';
import { keepBrowserLogin } from '../../store/connections/browser-login.ts';
import { credentialOf } from '../../store/connections/credentials.ts';
import { openShopSecrets, shopAccount } from '../../store/connections/shop-accounts.ts';
import type { Store } from '../../store/database/open.ts';
import type { Environment } from '../../store/entities/people.ts';
import { wakeWaiting } from '../../store/orders/orders.ts';

/**
 * The platform's own account, as the environment names it; an unchanged one keeps its session and its pause. What waits
 * for it goes on. Without it the process works on: others buy with accounts of their own.
 */
export const keepPlatformBuyer = (
  { store, box }: { store: Store; box: SecretBox },
  environment: Environment,
  { email, password }: { email: string; password: string },
): Promise<void> =>
  store.transaction(async em => {
    const { id: userId } = await commissionAdmin(em);
    const before = await credentialOf(em, userId, 'aliexpress', environment);
    const account = before && (await shopAccount(em, before.id));
    const isSame = before?.accountId === email && before.status === 'HEALTHY';
    if (isSame && account && openShopSecrets(box, account).password === password) return;
    await keepBrowserLogin(em, box, { userId, environment, email, password, moneyHolder: 'platform' });
    await wakeWaiting(em, 'RECONNECT_NEEDED', null);
  });
