import { defineQueue } from './define-queue.ts';

/** Takes the one check of the books; leaves a slice of it done, and the time when it goes on. One try: it backs off itself. */
export const checkBooksQueue = defineQueue({
  name: 'check-books',
  key: 'checkId',
  description: 'Compares the books with what they were made from, and with the providers’ own',
  attempts: 1,
  concurrency: 1,
  deadlineMs: 300_000,
});
