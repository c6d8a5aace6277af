import type { Freeze } from '../domain/order.ts';
import { enqueueWoken } from '../queues/enqueue-woken.ts';
import { jobForLeg } from '../queues/next-job.ts';
import type { Enqueue } from '../queues/transact.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Order } from '../store/entities/order.ts';
import { updateOrder } from '../store/orders/orders.ts';
import { legsOfOrder, wakeLeg } from '../store/payouts/legs.ts';
import { freezeLeft } from './freeze-order.ts';

/**
 * Ends this freeze: the legs may leave, unless something else freezes the order. Returns true when the freeze ended.
 */
export async function endFreeze(em: EntityManager, enqueue: Enqueue, order: Order, why: Freeze): Promise<boolean> {
  if (order.frozenFor !== why) return false;
  const frozenFor = await freezeLeft(em, order, [why]);
  if (frozenFor === why) return false;
  await updateOrder(em, order, { frozenFor });
  for (const leg of await legsOfOrder(em, order.id))
    if (leg.status === 'PENDING') await enqueueWoken(enqueue, wakeLeg(em, leg.id), jobForLeg);
  return true;
}
