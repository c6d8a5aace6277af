import type { EntityManager } from '../database/entity-manager.ts';
import { lockUser } from '../database/lock-user.ts';
import type { Credential as Row } from '../entities/people.ts';
import { Credential } from '../entities/people.ts';
import { connected } from './credentials.ts';

/** Open items that can only be read through this account: through another one they would stay unknown for good. */
export type InUse = {
  readonly account: string;
  readonly orders: number;
  readonly supplierOrders: number;
  readonly effects: number;
};

/** An account that was only named, and never logged in to, may be another user's. */
const isProven = ({ apiName, claimedAt }: Row): boolean => apiName !== 'aliexpress' || claimedAt != null;

/**
 * The open items of the account that would be replaced; undefined where there are none, or the account is the same. The
 * owner may disconnect it first, knowingly.
 */
export async function replacedInUse(
  em: EntityManager,
  { userId, apiName, environment, accountId }: Pick<Row, 'userId' | 'apiName' | 'environment' | 'accountId'>,
): Promise<InUse | undefined> {
  await lockUser(em, userId);
  const last = await em.findOne(Credential, { userId, apiName, environment, ...connected });
  if (!last || last.accountId === accountId) return undefined;
  const [row] = await em.execute<Omit<InUse, 'account'>[]>(
    `select
       (select count(*)::int from orders where credential_id = ?
          and status in ('CREATED', 'PAID', 'WAITING', 'PURCHASING', 'REFUNDING')) as orders,
       (select count(*)::int from supplier_orders where credential_id = ?
          and status in ('PLACED_UNPAID', 'PAID', 'SHIPPED')) as "supplierOrders",
       (select count(*)::int from effects where account = ? and environment = ? and status = 'OPEN'
          and last_sent_at is not null and ?) as effects`,
    [last.id, last.id, last.accountId, environment, isProven(last)],
  );
  if (!row || row.orders + row.supplierOrders + row.effects === 0) return undefined;
  return { account: last.accountName, ...row };
}
