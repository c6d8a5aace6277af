import type { QueueName } from '../queues/catalogue.ts';
import { applyEvent } from './apply-event.ts';
import { capturePayment } from './capture-payment.ts';
import { checkBooks } from './check-books.ts';
import type { Context } from './context.ts';
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
