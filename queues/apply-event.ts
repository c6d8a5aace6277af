import { defineQueue } from './contract.ts';

/**
 * Takes what a provider told; leaves the payment, payout leg or purchase that it is about with a job to read it back.
 * Takes also eBay's word that a buyer is to be forgotten; leaves no trace of them.
 */
export const applyEventQueue = defineQueue({
  name: 'apply-event',
  key: 'eventId',
  description: 'Finds what a provider’s event is about and has it read back',
});
