import { defineQueue } from './define-queue.ts';

/** Takes one feed; leaves what it holds stored as events, and the feed to be read again. One try: the feed backs off. */
export const reconcileQueue = defineQueue({
  name: 'reconcile',
  key: 'feedId',
  description: 'Reads what notifications may have missed',
  attempts: 1,
  concurrency: 3,
  deadlineMs: 120_000,
});
