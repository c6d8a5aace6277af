import type { Freeze } from '../domain/order.ts';
import type { Order } from '../store/entities/order.ts';
import { freezeLeft } from '../store/freeze.ts';
import { legsOfOrder, wakeLeg } from '../store/legs.ts';
import type { EntityManager } from '../store/open.ts';
import { updateOrder } from '../store/orders.ts';
import { payout } from './payout.ts';
import type { Enqueue } from './transact.ts';

/** What this freeze was for is over: the legs may leave, unless something else holds the order. True when it ended. */
export async function endFreeze(em: EntityManager, enqueue: Enqueue, order: Order, why: Freeze): Promise<boolean> {
  if (order.frozenFor !== why) return false;
  const frozenFor = await freezeLeft(em, order, [why]);
  if (frozenFor === why) return false;
  await updateOrder(em, order, { frozenFor });
  for (const leg of await legsOfOrder(em, order.id)) {
    const woken = leg.status === 'PENDING' ? await wakeLeg(em, leg.id) : null;
    if (woken) enqueue(payout.jobFor(woken));
  }
  return true;
}
