import { createHmac } from 'node:crypto';
import type { OrderId } from '../../domain/ids.ts';
import type { EntityManager } from '../database/entity-manager.ts';

/** An address as it is kept: without the key nobody can try all addresses until one fits. */
export const sourceHash = (key: string, source: string): string =>
  createHmac('sha256', key).update(`open-checkouts/${source}`).digest('base64url');

/** How many orders wait for their buyer that were begun there; who begins another waits until the transaction ends. */
export async function openCheckoutsOf(em: EntityManager, hash: string): Promise<number> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`open-checkouts/${hash}`]);
  const [row] = await em.execute<{ count: number }[]>(
    'select count(*)::int as count from open_checkouts where source_hash = ?',
    [hash],
  );
  return row?.count ?? 0;
}

/** The row goes by itself when the order waits no more. */
export async function keepOpenCheckout(em: EntityManager, orderId: OrderId, hash: string): Promise<void> {
  await em.execute('insert into open_checkouts (order_id, source_hash) values (?, ?)', [orderId, hash]);
}
