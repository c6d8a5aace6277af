import { applyEventQueue } from './apply-event.ts';
import { capturePaymentQueue } from './capture-payment.ts';
import { checkBooksQueue } from './check-books.ts';
import { createSaleQueue } from './create-sale.ts';
import type { QueueContract } from './define-queue.ts';
import { fetchRatesQueue } from './fetch-rates.ts';
import { forgetBuyersQueue } from './forget-buyers.ts';
import { fulfillQueue } from './fulfill.ts';
import { importOrderQueue } from './import-order.ts';
import { payoutQueue } from './payout.ts';
import { purchaseQueue } from './purchase.ts';
import { purchaseFallbackQueue } from './purchase-fallback.ts';
import { reconcileQueue } from './reconcile.ts';
import { refundQueue } from './refund.ts';
import { tokenRefreshQueue } from './token-refresh.ts';
import { trackInBrowserQueue } from './track-in-browser.ts';
import { trackShipmentQueue } from './track-shipment.ts';
import { watchSubscriptionQueue } from './watch-subscription.ts';

/** Every queue there is, in the order of the road. */
export const catalogue = {
  'import-order': importOrderQueue,
  'apply-event': applyEventQueue,
  'capture-payment': capturePaymentQueue,
  fulfill: fulfillQueue,
  purchase: purchaseQueue,
  'purchase-fallback': purchaseFallbackQueue,
  'create-sale': createSaleQueue,
  payout: payoutQueue,
  refund: refundQueue,
  'track-shipment': trackShipmentQueue,
  'track-in-browser': trackInBrowserQueue,
  'token-refresh': tokenRefreshQueue,
  'fetch-rates': fetchRatesQueue,
  reconcile: reconcileQueue,
  'watch-subscription': watchSubscriptionQueue,
  'check-books': checkBooksQueue,
  'forget-buyers': forgetBuyersQueue,
} as const satisfies Record<string, QueueContract>;

export type QueueName = keyof typeof catalogue;
export const queueNames = Object.keys(catalogue) as readonly QueueName[];
export const isQueueName = (text: string): text is QueueName => Object.hasOwn(catalogue, text);
