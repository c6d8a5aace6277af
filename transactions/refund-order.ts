import type { OrderId } from '../domain/ids.ts';
import type { OrderState } from '../domain/order.ts';
import { advance, type Enqueue } from '../queues/transact.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import { claimOrder } from '../store/orders/orders.ts';
import { type DecisionRefused, refusal } from './decision-refused.ts';

const refundable: readonly OrderState[] = ['FAILED'];

const notRefundable = (): DecisionRefused => refusal('NOT_REFUNDABLE', 'only a finally failed order is refunded');

/** Pages offer the refund when this is null; otherwise routes answer with the refusal. */
export const whyNotRefundable = ({ status }: { status: OrderState }): DecisionRefused | null =>
  refundable.includes(status) ? null : notRefundable();

/**
 * Refunds the buyer of a finally failed order whose reseller wanted to be asked first.
 * @param note who asked for it, for the timeline
 * @throws DecisionRefused
 */
export async function refundOrder(em: EntityManager, enqueue: Enqueue, id: OrderId, note: string): Promise<void> {
  const owned = await claimOrder(em, id, refundable);
  if (!owned) throw notRefundable();
  await advance(em, enqueue, owned, { to: 'REFUNDING', note });
}
