import { defineQueue } from './contract.ts';

/** Takes an order CREATED at our own checkout; leaves it PAID, CANCELLED, or as it is until the buyer approves. */
export const capturePayment = defineQueue({
  name: 'capture-payment',
  key: 'orderId',
  description: 'Captures an approved PayPal order, or finds that it was captured',
  needs: ['paypal'],
});
