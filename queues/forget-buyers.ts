import { defineQueue } from './define-queue.ts';

/** Takes the one forgetting; leaves buyers forgotten whom nothing needs any more, and the time of the next look. */
export const forgetBuyersQueue = defineQueue({
  name: 'forget-buyers',
  key: 'forgettingId',
  description: 'Forgets buyers who asked for it, who never paid, and whose orders are closed for long',
  attempts: 1,
  concurrency: 1,
  deadlineMs: 300_000,
});
