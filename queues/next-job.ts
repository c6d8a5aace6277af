import type { OrderState, WaitReason } from '../domain/order.ts';
import { forAnAccount, waits } from '../domain/order.ts';
import type { LegState } from '../domain/payout-leg.ts';
import type { InboundEvent } from '../store/entities/order.ts';
import { isLetThrough } from '../store/orders/orders.ts';
import { applyEventQueue } from './apply-event.ts';
import { capturePaymentQueue } from './capture-payment.ts';
import { createSaleQueue } from './create-sale.ts';
import type { Job, Subject } from './define-queue.ts';
import { fulfillQueue } from './fulfill.ts';
import { importOrderQueue } from './import-order.ts';
import { payoutQueue } from './payout.ts';
import { purchaseQueue } from './purchase.ts';
import { purchaseFallbackQueue } from './purchase-fallback.ts';
import { refundQueue } from './refund.ts';
import { trackInBrowserQueue } from './track-in-browser.ts';
import { trackShipmentQueue } from './track-shipment.ts';

type OrderRow = Subject & {
  status: OrderState;
  channel: string;
  waitReason?: WaitReason | null | undefined;
  purchaseRoute: 'api' | 'browser';
  maxCostMinor?: bigint | null | undefined;
  saleBookedAt?: Date | null | undefined;
};

const buying = ({ purchaseRoute }: OrderRow) => (purchaseRoute === 'browser' ? purchaseFallbackQueue : purchaseQueue);
const tracking = ({ purchaseRoute }: OrderRow) =>
  purchaseRoute === 'browser' ? trackInBrowserQueue : trackShipmentQueue;

/** A purchase begun in the browser resumes there; an order that has released its money goes through `fulfill` again. */
const resumes = (order: OrderRow, reason: WaitReason) => {
  if (forAnAccount.has(reason) && !isLetThrough(order)) return fulfillQueue;
  switch (waits[reason].resumes) {
    case 'fulfill':
      return fulfillQueue;
    case 'purchase':
      return buying(order);
    case 'purchase-fallback':
      return purchaseFallbackQueue;
    case 'track-shipment':
      return tracking(order);
  }
};

/** Each state that is not final names the one job that moves it on; nothing where a person or the outside must act. */
export function jobForOrder(order: OrderRow): Job | undefined {
  switch (order.status) {
    case 'CREATED':
      return order.channel === 'paypal' ? capturePaymentQueue.jobFor(order) : undefined;
    case 'PAID':
      return fulfillQueue.jobFor(order);
    case 'WAITING':
      return order.waitReason ? resumes(order, order.waitReason).jobFor(order) : undefined;
    case 'PURCHASING':
      return buying(order).jobFor(order);
    case 'PURCHASED':
      return (order.saleBookedAt ? tracking(order) : createSaleQueue).jobFor(order);
    case 'SHIPPED':
      return tracking(order).jobFor(order);
    case 'REFUNDING':
      return refundQueue.jobFor(order);
    case 'DELIVERED':
    case 'FAILED':
    case 'REFUNDED':
    case 'CANCELLED':
    case 'NEEDS_REVIEW':
      return undefined;
  }
}

/** The order is closed or left to a person: no job moves it on, but its money may still arrive or go back. */
export const moneyMayCome = ['CANCELLED', 'FAILED', 'REFUNDED', 'NEEDS_REVIEW'] as const satisfies OrderState[];

/** The job that a PayPal event about a payment wakes: it looks at the order's money, where no other job would. */
export const jobForMoney = (order: OrderRow): Job | undefined =>
  order.channel === 'paypal' && ['CREATED', ...moneyMayCome].includes(order.status)
    ? capturePaymentQueue.jobFor(order)
    : undefined;

/** A leg that has ended gets a job only when it was woken: its money may have come back, or arrived after all. */
export function jobForLeg(leg: Subject & { status: LegState }): Job | undefined {
  switch (leg.status) {
    case 'PENDING':
    case 'SENT':
    case 'SKIPPED_INSUFFICIENT_FUNDS':
    case 'UNCLAIMED':
    case 'PAID':
    case 'FAILED':
    case 'RETURNED':
    case 'REVERSED':
    case 'CANCELLED':
      return payoutQueue.jobFor(leg);
    case 'NEEDS_REVIEW':
      return undefined;
  }
}

type EventRow = Subject & Pick<InboundEvent, 'source' | 'type' | 'status'>;

/** What tells of a sale at a marketplace is imported; all else is about something that we have already. */
export function jobForEvent(event: EventRow): Job | undefined {
  if (event.status !== 'RECEIVED') return undefined;
  const { source, type } = event;
  const tellsOfSale = source === 'mercadolibre' || source === 'inline' || (source === 'ebay' && type !== erasePerson);
  return (tellsOfSale ? importOrderQueue : applyEventQueue).jobFor(event);
}

/** eBay's word for "this person wants to be forgotten". */
const erasePerson = 'MARKETPLACE_ACCOUNT_DELETION';
