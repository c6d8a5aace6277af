import { defineQueue } from './define-queue.ts';

/** Takes one seller's subscription at eBay; leaves it in place and tested, and the time of the next look. */
export const watchSubscriptionQueue = defineQueue({
  name: 'watch-subscription',
  key: 'subscriptionId',
  description: 'Sees to it that eBay tells us of a seller’s orders',
  concurrency: 1,
  needs: ['ebay'],
});
