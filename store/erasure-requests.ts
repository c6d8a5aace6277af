/** Who asked to be forgotten, by their e-mail address: the wish is a fact of their orders, and is met when it may be. */
import type { OrderId } from '../domain/ids.ts';
import { emailHashes } from './buyer-address.ts';
import type { EntityManager } from './open.ts';

/** Writes the wish down, whatever the channel. Gives all orders that name the address and are not erased, oldest first. */
export async function askToForget(em: EntityManager, email: string): Promise<OrderId[]> {
  const hashes = emailHashes(em, email);
  // What was stored before addresses were sealed has no hash until a worker has sealed it.
  const rows = await em.execute<{ id: OrderId; created_at: string }[]>(
    `update orders set erase_asked_at = coalesce(erase_asked_at, clock_now()) where id in (
       select id from orders where email_hash in (${hashes.map(() => '?').join(', ')})
       union all select id from orders
         where ship_to ->> 'email' is not null and normal_email(ship_to ->> 'email') = normal_email(?))
     returning id, created_at`,
    [...hashes, email],
  );
  return rows.toSorted((a, b) => Number(new Date(a.created_at)) - Number(new Date(b.created_at))).map(({ id }) => id);
}
