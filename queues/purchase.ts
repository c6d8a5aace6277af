import { defineQueue } from './define-queue.ts';

/** Takes an order PURCHASING; leaves it PURCHASED, WAITING, FAILED, NEEDS_REVIEW, or to the browser. */
export const purchaseQueue = defineQueue({
  name: 'purchase',
  key: 'orderId',
  description: 'Buys the goods through the AliExpress API and follows them until they are paid',
  needs: ['aliexpress'],
});
