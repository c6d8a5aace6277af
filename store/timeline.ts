import type { OrderId } from '../domain/ids.ts';
import { OrderEvent } from './entities/order.ts';
import type { EntityManager } from './open.ts';

/** Adds one line to an order's timeline. `detail` is shown to its owner: ids, codes and amounts, nothing secret. */
export async function note(
  em: EntityManager,
  orderId: OrderId,
  kind: 'moved' | 'tried' | 'effect' | 'noted',
  text: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await em.execute('insert into order_events (order_id, kind, note, detail) values (?, ?, ?, ?::jsonb)', [
    orderId,
    kind,
    text,
    JSON.stringify(detail),
  ]);
}

export const timelineOf = (em: EntityManager, orderId: OrderId): Promise<OrderEvent[]> =>
  em.find(OrderEvent, { orderId }, { orderBy: { id: 'asc' }, limit: 1_000 });
