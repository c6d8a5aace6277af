import type { UserId } from '../../domain/ids.ts';
import type { EntityManager } from '../database/entity-manager.ts';

/** How many sales of a seller wait for a person because their marketplace did not confirm them; counted up to `most`. */
export async function unconfirmedSalesOf(em: EntityManager, sellerId: UserId, most: number): Promise<number> {
  const [row] = await em.execute<{ count: number }[]>(
    `select count(*)::int as count from (
       select from orders where user_id = ? and status = 'NEEDS_REVIEW' and reason = 'UNCONFIRMED_SALE' limit ?
     ) waiting`,
    [sellerId, most],
  );
  return row?.count ?? 0;
}
