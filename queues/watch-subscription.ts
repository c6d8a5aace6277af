import { defineQueue } from './contract.ts';

/** Takes one seller's subscription at eBay; leaves it standing and tested, and the time when it is looked at again. */
export const watchSubscriptionQueue = defineQueue({
  name: 'watch-subscription',
  key: 'subscriptionId',
  description: 'Sees to it that eBay tells us of a seller’s orders',
  concurrency: 1,
  needs: ['ebay'],
});
