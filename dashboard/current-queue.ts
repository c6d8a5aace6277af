import { jobForOrder } from '../queues/next-job.ts';
import { payoutQueue } from '../queues/payout.ts';
import type { OrderRow } from '../store/operations/overview.ts';

/** The queues that carry an order and its payouts on; none when only a person, or somebody outside, can. */
export const currentQueues = ({ order, legsOpen }: OrderRow): readonly string[] => {
  const own = jobForOrder(order)?.queue;
  return [...(own ? [own] : []), ...(legsOpen ? [payoutQueue.name] : [])];
};
