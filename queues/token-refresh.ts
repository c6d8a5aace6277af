import { defineQueue } from './contract.ts';

/** Takes one credential whose access token ends soon; leaves a new token, or RECONNECT_NEEDED. */
export const tokenRefresh = defineQueue({
  name: 'token-refresh',
  key: 'credentialId',
  description: 'Refreshes an OAuth token under a lock',
});
