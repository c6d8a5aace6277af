import { createHmac } from 'node:crypto';
import type { OrderId } from '../../domain/ids.ts';
import type { EntityManager } from '../database/entity-manager.ts';

/**
 * A network address as it is stored. It is hashed with a key, so that nobody without the key can find it by trying all
 * addresses.
 */
export const sourceHash = (key: string, source: string): string =>
  createHmac('sha256', key).update(`open-checkouts/${source}`).digest('base64url');

/**
 * How many checkouts from this source wait for their buyer. A concurrent checkout from it waits until the transaction
 * ends.
 */
export async function openCheckoutsOf(em: EntityManager, hash: string): Promise<number> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`open-checkouts/${hash}`]);
  const [row] = await em.execute<{ count: number }[]>(
    'select count(*)::int as count from open_checkouts where source_hash = ?',
    [hash],
  );
  return row?.count ?? 0;
}

/** A trigger deletes the row when the order no longer waits. */
export async function keepOpenCheckout(em: EntityManager, orderId: OrderId, hash: string): Promise<void> {
  await em.execute('insert into open_checkouts (order_id, source_hash) values (?, ?)', [orderId, hash]);
}
