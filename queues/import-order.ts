import { defineQueue } from './define-queue.ts';

/** Takes a marketplace's notification; leaves one order per line, PAID or WAITING. */
export const importOrderQueue = defineQueue({
  name: 'import-order',
  key: 'eventId',
  description: 'Reads the order that a notification names back from its marketplace',
});
