import type { Job } from '../queues/contract.ts';
import { createSale } from '../queues/create-sale.ts';
import { jobForOrder } from '../queues/next-job.ts';
import { payout } from '../queues/payout.ts';
import type { UnopenedOrder } from '../store/entities/order.ts';
import type { OrderRow } from '../store/overview.ts';

/** The order's own next job. A purchased order whose sale is booked has none: only its legs are still to be paid. */
export function ownJob(order: UnopenedOrder, booked: boolean): Job | undefined {
  const job = jobForOrder(order);
  return booked && job?.queue === createSale.name ? undefined : job;
}

/** The queue that carries an order on. */
export const currentQueue = ({ order, booked, legsOpen }: OrderRow): string | undefined =>
  ownJob(order, booked)?.queue ?? (legsOpen ? payout.name : undefined);
