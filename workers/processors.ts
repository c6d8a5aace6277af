import type { QueueName } from '../queues/catalogue.ts';
import { checkBooks } from './books/check-books.ts';
import { purchaseFallback } from './browser/purchase-fallback.ts';
import { trackInBrowser } from './browser/track-in-browser.ts';
import { tokenRefresh } from './connections/token-refresh.ts';
import type { Context } from './context/context.ts';
import { applyEvent } from './events/apply-event.ts';
import { fetchRates } from './feeds/fetch-rates.ts';
import { reconcile } from './feeds/reconcile.ts';
import { watchSubscription } from './feeds/watch-subscription.ts';
import { forgetBuyers } from './forgetting/forget-buyers.ts';
import { importOrder } from './import/import-order.ts';
import { capturePayment } from './payment/capture-payment.ts';
import { refund } from './payment/refund.ts';
import { payout } from './payout/payout.ts';
import { fulfill } from './purchase/fulfill.ts';
import { purchase } from './purchase/purchase.ts';
import { createSale } from './sale/create-sale.ts';
import { trackShipment } from './shipment/track-shipment.ts';

/** One processor per queue: a queue without one, or one without a queue, does not compile. */
export const processors = {
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
} as const satisfies Record<QueueName, (payload: never, context: Context) => Promise<string>>;
