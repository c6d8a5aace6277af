import { defineQueue } from './define-queue.ts';

/** Takes one base currency's feed; leaves its rates stored, and the time when the source is asked again. */
export const fetchRatesQueue = defineQueue({
  name: 'fetch-rates',
  key: 'feedId',
  description: 'Fetches exchange rates from the configured source',
  concurrency: 1,
  needs: ['fx'],
});
