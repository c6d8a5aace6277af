import { defineQueue } from './define-queue.ts';

/** Takes an order PAID; leaves it PURCHASING with its money reserved, WAITING, or FAILED. */
export const fulfillQueue = defineQueue({
  name: 'fulfill',
  key: 'orderId',
  description: 'Checks address, profit, limits and working capital, and lets the order through',
});
