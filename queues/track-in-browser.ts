import { defineQueue } from './define-queue.ts';

/** Takes an order that was bought on the website; leaves what `track-shipment` leaves. */
export const trackInBrowserQueue = defineQueue({
  name: 'track-in-browser',
  key: 'orderId',
  description: 'Follows on the website the parcels of what was bought there',
  concurrency: 1,
});
