import { shortWaits } from '../demo/settings.ts';
import { type Environment, knownVariables } from '../runtime/config.ts';

/** Waiting times of real life, shortened so far that the machine's own work is what is left to measure. */
const impatient: Environment = {
  ...shortWaits,
  MAX_DAILY_ORDERS: '1000000',
  CHECKOUTS_PER_MINUTE_PER_ADDRESS: '1000000',
  CHECKOUTS_PER_MINUTE_PER_SELLER: '1000000',
  NOTIFICATIONS_PER_MINUTE_PER_SELLER: '1000000',
  OPEN_CHECKOUTS_PER_ADDRESS: '1000000',
};

/** Nothing of the caller's own settings: what is measured lives on this machine alone, and pays with invented money. */
export const ownEnvironment = (redisUrl: string | undefined): Environment => ({
  ...Object.fromEntries(knownVariables().map(name => [name, undefined])),
  ...impatient,
  REDIS_URL: redisUrl,
});

/** Free ones, so that a running system is left alone. */
export const ownPorts = { api: 0, dashboard: 0, sandbox: 0 } as const;
