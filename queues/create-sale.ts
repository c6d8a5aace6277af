import { defineQueue } from './define-queue.ts';

/** Takes an order PURCHASED; leaves its sale, commission, ledger postings and payout legs. */
export const createSaleQueue = defineQueue({
  name: 'create-sale',
  key: 'orderId',
  description: 'Books the sale, takes the commission and makes the payout legs',
});
