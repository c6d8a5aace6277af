import { defineQueue } from './contract.ts';

/**
 * Takes an order CREATED at our own checkout; leaves it PAID, CANCELLED, or as it is until the buyer approves. Takes
 * also one that is over or needs a review, when PayPal tells of its money: books it.
 */
export const capturePaymentQueue = defineQueue({
  name: 'capture-payment',
  key: 'orderId',
  description: 'Captures an approved PayPal order, or finds that it was captured',
  needs: ['paypal'],
});
