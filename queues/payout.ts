import { defineQueue } from './define-queue.ts';

/** Takes one payout leg; leaves it PAID, skipped for want of funds, or in the state the provider gave it. */
export const payoutQueue = defineQueue({
  name: 'payout',
  key: 'legId',
  description: 'Pays one share of one sale and follows it to a final status',
});
