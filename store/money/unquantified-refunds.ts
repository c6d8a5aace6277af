/** Marketplace refunds of unknown amount, until the marketplace or a person reports the amount. */
import type { OrderId } from '../../domain/ids.ts';
import type { EntityManager } from '../database/entity-manager.ts';

/** Returns true when the refund is new: the order is then held until the amount is known. */
export async function saveUnquantified(
  em: EntityManager,
  { id, orderId }: { id: string; orderId: OrderId },
  says: string,
): Promise<boolean> {
  const rows = await em.execute<{ says: string }[]>(
    `insert into untold_refunds as u (payment_id, order_id, says) values (?, ?, ?)
     on conflict (payment_id) do update set says = excluded.says, said_at = clock_now(), settled_at = null
       where u.says <> excluded.says returning says`,
    [id, orderId, says],
  );
  return rows.length > 0;
}

/** The marketplace reports the amount now. Returns true when it did not before. */
export async function forgetUnquantified(em: EntityManager, paymentId: string): Promise<boolean> {
  const rows = await em.execute<{ says: string }[]>('delete from untold_refunds where payment_id = ? returning says', [
    paymentId,
  ]);
  return rows.length > 0;
}

/** A person has entered the amount. Returns the payment's id, or undefined when no refund of the order was waiting. */
export async function settleUnquantified(em: EntityManager, orderId: OrderId): Promise<string | undefined> {
  const [row] = await em.execute<{ payment_id: string }[]>(
    'update untold_refunds set settled_at = clock_now() where order_id = ? and settled_at is null returning payment_id',
    [orderId],
  );
  return row?.payment_id;
}

/** Whether a refund of the order has an unknown amount. */
export const hasUnquantified = async (em: EntityManager, orderId: OrderId): Promise<boolean> =>
  (await em.execute('select 1 from untold_refunds where order_id = ? and settled_at is null', [orderId])).length > 0;

/** Whether a person has entered the amount of this refund. */
export const isSettled = async (em: EntityManager, orderId: OrderId, says: string): Promise<boolean> =>
  (
    await em.execute('select 1 from untold_refunds where order_id = ? and says = ? and settled_at is not null', [
      orderId,
      says,
    ])
  ).length > 0;
