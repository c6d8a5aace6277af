import type { EntityManager } from '../database/entity-manager.ts';
import type { Effect } from '../entities/money.ts';

/**
 * Supplier order numbers that may belong to a purchase in doubt: messages to its account have named them since it was
 * first sent, and no order of ours has them. AliExpress cannot find an order by our key, so only a person can tell
 * which one it is.
 */
export async function unmatchedSupplierNumbers(em: EntityManager, effect: Effect): Promise<string[]> {
  const { purpose, account, environment, firstSentAt } = effect;
  if (purpose !== 'buy' || !firstSentAt) return [];
  const told = await em.execute<{ number: string }[]>(
    `select distinct e.subject as number from inbound_events e join api_credentials c on c.id = e.credential_id
     where e.source = 'aliexpress' and e.subject is not null and e.received_at >= ?
       and c.api_name = 'aliexpress-dropshipping' and c.account_id = ? and c.environment = ?
       and not exists (select from supplier_orders s where s.number = e.subject)
     order by 1 limit 20`,
    [firstSentAt, account, environment],
  );
  return told.map(({ number }) => number);
}
