import { defineQueue } from './define-queue.ts';

/**
 * Takes an order CREATED at our own checkout; leaves it PAID, CANCELLED, or as it is until the buyer approves. Also
 * takes an order that is closed or under review, when PayPal reports money for it; books that money.
 */
export const capturePaymentQueue = defineQueue({
  name: 'capture-payment',
  key: 'orderId',
  description: 'Captures an approved PayPal order, or finds that it was captured',
  needs: ['paypal'],
});
