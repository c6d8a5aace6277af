import { defineQueue } from './define-queue.ts';

/** Takes an order REFUNDING; leaves it REFUNDED or NEEDS_REVIEW. */
export const refundQueue = defineQueue({
  name: 'refund',
  key: 'orderId',
  description: "Gives the buyer's money back",
  needs: ['paypal'],
});
