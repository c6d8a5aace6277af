import type { Job } from '../../queues/define-queue.ts';
import { enqueueWoken } from '../../queues/enqueue-woken.ts';
import { jobForOrder } from '../../queues/next-job.ts';
import { purchaseQueue } from '../../queues/purchase.ts';
import { trackShipmentQueue } from '../../queues/track-shipment.ts';
import type { InboundEvent } from '../../store/entities/order.ts';
import { findOrder, wakeOrder } from '../../store/orders/orders.ts';
import { supplierOrderByNumber } from '../../store/orders/supplier-orders.ts';
import type { Context } from '../context/context.ts';

/** Only these ask the supplier how its order stands; whatever else the order waits for, this is no news to it. */
const asksSupplier = (job: Job | undefined): boolean =>
  job?.queue === purchaseQueue.name || job?.queue === trackShipmentQueue.name;

/** AliExpress tells of one of its orders: ours reads it back, with the account that bought it. */
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
