import { credentialsOf } from '../../store/connections/credentials.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Order } from '../../store/entities/order.ts';

/** Shown in place of an account that is not the reseller's own. */
export const ofThePlatform = 'of the platform';

/**
 * The account that sent an effect, as the order's reseller may see it: the platform's own account is not shown to them.
 * Operators see it among the effects.
 */
export async function accountShown(em: EntityManager, { userId }: Order, { account }: Effect): Promise<string> {
  const own = await credentialsOf(em, userId);
  return own.some(({ accountId }) => accountId === account) ? account : ofThePlatform;
}
