import { defineQueue } from './define-queue.ts';

/**
 * Takes a provider's notification; leaves the payment, payout leg or purchase that it names with a job to read it back.
 * Also takes eBay's request to forget a buyer; leaves no trace of them.
 */
export const applyEventQueue = defineQueue({
  name: 'apply-event',
  key: 'eventId',
  description: 'Finds what a provider’s event is about and has it read back',
});
