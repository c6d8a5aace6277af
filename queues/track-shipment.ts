import { defineQueue } from './define-queue.ts';

/** Takes an order PURCHASED or SHIPPED whose sale is booked; leaves it SHIPPED, DELIVERED, WAITING or NEEDS_REVIEW. */
export const trackShipmentQueue = defineQueue({
  name: 'track-shipment',
  key: 'orderId',
  description: 'Follows what was bought until it is delivered, or until the supplier changes its mind',
  needs: ['aliexpress'],
});
