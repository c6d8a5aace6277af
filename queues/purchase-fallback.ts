import { defineQueue } from './define-queue.ts';

/** Takes an order PURCHASING whose API route is provably not taken; leaves what `purchase` leaves. */
export const purchaseFallbackQueue = defineQueue({
  name: 'purchase-fallback',
  key: 'orderId',
  description: 'Buys the goods through the website in a browser',
  concurrency: 1,
});
