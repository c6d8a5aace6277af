import { jobForOrder } from '../queues/next-job.ts';
import { payout } from '../queues/payout.ts';
import type { OrderRow } from '../store/overview.ts';

/** The queue that carries an order on; once its sale is booked, the one that pays its legs. */
export function currentQueue({ order, booked, legsOpen }: OrderRow): string | undefined {
  if (booked) return legsOpen ? payout.name : undefined;
  return jobForOrder(order)?.queue;
}
