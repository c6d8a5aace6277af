import type { Store } from '../../store/database/open.ts';
import { OrderEvent } from '../../store/entities/order.ts';

type Asked = { orderId?: string; kind?: OrderEvent['kind'] };

/** What timelines say, opened, oldest first. */
export const timelineLines = ({ store }: { store: Store }, asked: Asked = {}): Promise<OrderEvent[]> =>
  store.read(em => em.find(OrderEvent, asked as object, { orderBy: { id: 'asc' } }));

/** What was kept for whoever decides about the order's last move. */
export async function lastEvidence(
  of: { store: Store },
  orderId: string,
): Promise<Record<string, unknown> | undefined> {
  const move = (await timelineLines(of, { orderId, kind: 'moved' })).at(-1);
  return move?.detail?.evidence as Record<string, unknown> | undefined;
}
