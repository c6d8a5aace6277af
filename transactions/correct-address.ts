import type { Address } from '../domain/address.ts';
import type { OrderId } from '../domain/ids.ts';
import { orderStates } from '../domain/order.ts';
import { enqueueWoken } from '../queues/enqueue-woken.ts';
import { jobForOrder } from '../queues/next-job.ts';
import type { Enqueue } from '../queues/transact.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Order } from '../store/entities/order.ts';
import { claimOrder, updateOrder, wakeOrder } from '../store/orders/orders.ts';
import { note } from '../store/orders/timeline.ts';
import { type DecisionRefused, refusal } from './decision-refused.ts';

type Asked = Pick<Order, 'status' | 'waitReason' | 'buyerErasedAt'>;

/** Only an order that waits for an address accepts one: after the purchase the address on the parcel is fixed. */
export function whyNoAddressWanted({ status, waitReason, buyerErasedAt }: Asked): DecisionRefused | null {
  if (waitReason !== 'ADDRESS_MISSING' && waitReason !== 'ADDRESS_INVALID')
    return refusal('ADDRESS_NOT_WANTED', `the order is ${status} and waits for no address`);
  return buyerErasedAt ? refusal('BUYER_ERASED', 'its buyer wants to be forgotten: refund the sale') : null;
}

/** Stores the address that was missing or refused, and lets the order continue. @throws DecisionRefused */
export async function correctAddress(em: EntityManager, enqueue: Enqueue, id: OrderId, shipTo: Address): Promise<void> {
  // Claimed before it is judged: until then somebody else may take the address from its channel.
  const order = await claimOrder(em, id, orderStates);
  if (!order) throw refusal('NOT_FOUND', 'there is no such order');
  const refused = whyNoAddressWanted(order);
  if (refused) throw refused;
  await updateOrder(em, order, { shipTo: { ...referenceIn(order), ...shipTo } });
  await note(em, id, 'noted', 'the address was corrected');
  await enqueueWoken(enqueue, wakeOrder(em, id), jobForOrder);
}

/** A freight hub identifies the parcel by this reference, so a corrected address keeps it. */
const referenceIn = ({ shipTo }: Order): Pick<Address, 'labelReference'> =>
  shipTo?.labelReference ? { labelReference: shipTo.labelReference } : {};
