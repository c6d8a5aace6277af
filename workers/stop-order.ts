import { jobForOrder } from '../queues/next-job.ts';
import { payout } from '../queues/payout.ts';
import { advance, type Enqueue } from '../queues/transact.ts';
import type { Order } from '../store/entities/order.ts';
import { type Freeze, freezeLeft } from '../store/freeze.ts';
import { legsOfOrder, wakeLeg } from '../store/legs.ts';
import type { EntityManager } from '../store/open.ts';
import { updateOrder, wakeOrder } from '../store/orders.ts';

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

/** A payment that was reversed stops what is being bought, and nothing after that: the sale is booked on what is left. */
export const afterBuying = ({ frozenFor }: Order): Partial<Order> =>
  frozenFor === 'PAYMENT_REVERSED' ? { frozenFor: null } : {};

/** Nothing is bought for money that went back. What is being bought right now stops before its next call. */
export async function stopOrder(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  why: 'PAYMENT_REVERSED' | 'DISPUTE',
  note: string,
): Promise<void> {
  if (order.status === 'PAID' || order.status === 'WAITING')
    await advance(em, enqueue, order, { to: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED', note });
  else if (order.status === 'PURCHASING') {
    if (!order.frozenFor) await updateOrder(em, order, { frozenFor: why });
    const woken = await wakeOrder(em, order.id);
    if (woken) enqueue(jobForOrder(woken));
  }
}
