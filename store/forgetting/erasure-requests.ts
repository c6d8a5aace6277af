/**
 * Erasure requests by e-mail address. A request is stored on the orders that it covers, and carried out once nothing
 * holds it.
 */
import type { OrderId } from '../../domain/ids.ts';
import { emailHashes } from '../database/buyer-address.ts';
import type { EntityManager } from '../database/entity-manager.ts';

/**
 * Stores the request, on every channel. Returns all orders that name the address and are not erased, and the other
 * lines of the same marketplace orders, which have the same buyer; oldest first.
 */
export async function askToForget(em: EntityManager, email: string): Promise<OrderId[]> {
  const hashes = emailHashes(em, email);
  // An order from before addresses were sealed has no hash until a worker seals it.
  const rows = await em.execute<{ id: OrderId; created_at: string }[]>(
    `with named as (
       select id from orders where email_hash in (${hashes.map(() => '?').join(', ')})
       union all select id from orders
         where ship_to ->> 'email' is not null and normal_email(ship_to ->> 'email') = normal_email(?))
     update orders set erase_asked_at = coalesce(erase_asked_at, clock_now())
     where buyer_erased_at is null and id in (
       select id from named
       union all select line.id from named join orders o using (id)
         join orders line using (channel, user_id, external_order_id))
     returning id, created_at`,
    [...hashes, email],
  );
  return rows.toSorted((a, b) => Number(new Date(a.created_at)) - Number(new Date(b.created_at))).map(({ id }) => id);
}
