import { type InUse, replacedInUse } from '../../store/connections/account-still-needed.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { Problem } from '../middleware/problem.ts';

/** Refuses to replace an account that is the only way to read its open sales and purchases. @throws Problem 409 */
export async function assertReplaceable(
  em: EntityManager,
  account: Parameters<typeof replacedInUse>[1],
): Promise<void> {
  const inUse = await replacedInUse(em, account);
  if (inUse) throw new Problem(409, 'ACCOUNT_IN_USE', textOf(inUse));
}

const textOf = ({ account, orders, supplierOrders, effects }: InUse): string =>
  `account ${account} is connected and still has ${orders} orders, ${supplierOrders} supplier orders and ${effects} calls open: ` +
  'wait until they end, or disconnect it first';
