import { jobForOrder } from '../queues/next-job.ts';
import { payoutQueue } from '../queues/payout.ts';
import type { OrderRow } from '../store/operations/overview.ts';

/** The queues that move an order and its payouts on; empty when only a person or a provider can. */
export const currentQueues = ({ order, legsOpen }: OrderRow): readonly string[] => {
  const own = jobForOrder(order)?.queue;
  return [...(own ? [own] : []), ...(legsOpen ? [payoutQueue.name] : [])];
};
