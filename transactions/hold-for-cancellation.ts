/**
 * An open cancellation request at a marketplace. Before the purchase, the purchase job itself asks the marketplace and
 * waits (HOLD). Afterwards the order is frozen: the supplier is not paid, and no leg leaves, until the request is
 * declined or the order is cancelled.
 */
import type { OrderId } from '../domain/ids.ts';
import { boughtStates } from '../domain/settled.ts';
import { enqueueWoken } from '../queues/enqueue-woken.ts';
import { jobForOrder } from '../queues/next-job.ts';
import type { Enqueue } from '../queues/transact.ts';
import { timeOf } from '../store/database/clock.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Order } from '../store/entities/order.ts';
import { claimOrder, findOrder, freeze, updateOrder, wakeOrder } from '../store/orders/orders.ts';
import { note } from '../store/orders/timeline.ts';
import { endFreeze } from './end-freeze.ts';

const why = 'CANCELLATION_ASKED';

/** The goods are ordered, or may be at any moment. */
const isBuying = ({ status, waitReason }: Order): boolean =>
  status === 'PURCHASING' || (status === 'WAITING' && (waitReason === 'SUPPLIER_UNPAID' || waitReason === why));

const isReached = (order: Order): boolean =>
  isBuying(order) || [...boughtStates, 'NEEDS_REVIEW'].includes(order.status);

/** Applies the marketplace's current answer; `asked`: a request is open. Idempotent. */
export async function cancellationTold(em: EntityManager, enqueue: Enqueue, id: OrderId, asked: boolean) {
  const found = await findOrder(em, id);
  if (!found || asked === (found.cancelAskedAt != null) || (asked && !isReached(found))) return;
  const order = await claimOrder(em, id, [found.status]);
  if (!order) return;
  if (asked) await hold(em, order);
  else await letGo(em, enqueue, order);
  if (isBuying(order)) await enqueueWoken(enqueue, wakeOrder(em, id), jobForOrder);
}

async function hold(em: EntityManager, order: Order): Promise<void> {
  await updateOrder(em, order, { cancelAskedAt: timeOf(em) });
  await freeze(em, order, why);
  await note(em, order.id, 'noted', 'a cancellation is asked for at the marketplace: accept or decline it there');
}

/** The request is over: ends the freeze. The caller owns the order. */
export async function letGo(em: EntityManager, enqueue: Enqueue, order: Order): Promise<void> {
  await updateOrder(em, order, { cancelAskedAt: null });
  await endFreeze(em, enqueue, order, why);
  await note(em, order.id, 'noted', 'the marketplace asks for no cancellation any more');
}
