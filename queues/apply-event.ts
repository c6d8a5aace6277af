import { defineQueue } from './contract.ts';

/** Takes a PayPal event; leaves the payment or the payout leg that it is about with a job to read it back. */
export const applyEvent = defineQueue({
  name: 'apply-event',
  key: 'eventId',
  description: 'Finds what a PayPal event is about and has it read back',
  needs: ['paypal'],
});
