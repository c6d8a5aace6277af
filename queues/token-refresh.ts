import { defineQueue } from './define-queue.ts';

/**
 * Takes one credential whose access token ends soon; leaves a new token, or RECONNECT_NEEDED. Also takes one that its
 * provider refused; leaves it on trial, or healthy again.
 */
export const tokenRefreshQueue = defineQueue({
  name: 'token-refresh',
  key: 'credentialId',
  description: 'Refreshes an OAuth token under a lock, and tries an account again that refused us',
});
