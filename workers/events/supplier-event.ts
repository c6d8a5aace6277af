import type { Job } from '../../queues/define-queue.ts';
import { enqueueWoken } from '../../queues/enqueue-woken.ts';
import { jobForOrder } from '../../queues/next-job.ts';
import { purchaseQueue } from '../../queues/purchase.ts';
import { trackShipmentQueue } from '../../queues/track-shipment.ts';
import type { InboundEvent } from '../../store/entities/order.ts';
import { findOrder, wakeOrder } from '../../store/orders/orders.ts';
import { supplierOrderByNumber } from '../../store/orders/supplier-orders.ts';
import type { Context } from '../context/context.ts';

/** Only these jobs read the supplier order; an order that waits for another job gains nothing from the event. */
const asksSupplier = (job: Job | undefined): boolean =>
  job?.queue === purchaseQueue.name || job?.queue === trackShipmentQueue.name;

/** Wakes the order whose supplier order an AliExpress event names; its job reads it back with the buying account. */
export const supplierEvent = (
  ctx: Context,
  { type, subject, credentialId }: InboundEvent,
): Promise<string | undefined> =>
  ctx.transact(async (em, enqueue) => {
    const placed = subject ? await supplierOrderByNumber(em, subject) : null;
    if (!placed || placed.credentialId !== credentialId) return undefined;
    const order = await findOrder(em, placed.orderId);
    if (!order || !asksSupplier(jobForOrder(order)))
      return `${type}: order ${placed.orderId} is ${order?.status} already`;
    await enqueueWoken(enqueue, wakeOrder(em, order.id), jobForOrder);
    return `${type}: AliExpress order ${subject} is read back`;
  });
