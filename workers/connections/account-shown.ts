import { credentialsOf } from '../../store/connections/credentials.ts';
import type { EntityManager } from '../../store/database/open.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Order } from '../../store/entities/order.ts';

/** What stands in place of an account that is not the reseller's own. */
export const ofThePlatform = 'of the platform';

/**
 * The account that an effect was sent with, as its order's reseller may read it: the platform's own is none of theirs.
 * Operators see it among the effects.
 */
export async function accountShown(em: EntityManager, { userId }: Order, { account }: Effect): Promise<string> {
  const own = await credentialsOf(em, userId);
  return own.some(({ accountId }) => accountId === account) ? account : ofThePlatform;
}
