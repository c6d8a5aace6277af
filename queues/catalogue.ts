import { applyEvent } from './apply-event.ts';
import { capturePayment } from './capture-payment.ts';
import { checkBooks } from './check-books.ts';
import type { QueueContract } from './contract.ts';
import { createSale } from './create-sale.ts';
import { fetchRates } from './fetch-rates.ts';
import { forgetBuyers } from './forget-buyers.ts';
import { fulfill } from './fulfill.ts';
import { importOrder } from './import-order.ts';
import { payout } from './payout.ts';
import { purchase } from './purchase.ts';
import { purchaseFallback } from './purchase-fallback.ts';
import { reconcile } from './reconcile.ts';
import { refund } from './refund.ts';
import { tokenRefresh } from './token-refresh.ts';
import { trackInBrowser } from './track-in-browser.ts';
import { trackShipment } from './track-shipment.ts';
import { watchSubscription } from './watch-subscription.ts';

/** Every queue there is, in the order of the road. */
export const catalogue = {
  'import-order': importOrder,
  'apply-event': applyEvent,
  'capture-payment': capturePayment,
  fulfill,
  purchase,
  'purchase-fallback': purchaseFallback,
  'create-sale': createSale,
  payout,
  refund,
  'track-shipment': trackShipment,
  'track-in-browser': trackInBrowser,
  'token-refresh': tokenRefresh,
  'fetch-rates': fetchRates,
  reconcile,
  'watch-subscription': watchSubscription,
  'check-books': checkBooks,
  'forget-buyers': forgetBuyers,
} as const satisfies Record<string, QueueContract>;

export type QueueName = keyof typeof catalogue;
export const queueNames = Object.keys(catalogue) as readonly QueueName[];
export const isQueueName = (text: string): text is QueueName => Object.hasOwn(catalogue, text);
