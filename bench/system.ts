import { shortWaits } from '../demo/settings.ts';
import { type Environment, knownVariables } from '../runtime/config.ts';

/** Waiting times of real life, shortened so far that only the machine's own work is measured. */
const impatient: Environment = {
  ...shortWaits,
  MAX_DAILY_ORDERS: '1000000',
  CHECKOUTS_PER_MINUTE_PER_ADDRESS: '1000000',
  CHECKOUTS_PER_MINUTE_PER_SELLER: '1000000',
  NOTIFICATIONS_PER_MINUTE_PER_SELLER: '1000000',
  OPEN_CHECKOUTS_PER_ADDRESS: '1000000',
};

/** None of the caller's own settings: the measured system runs on this machine alone, with invented money. */
export const ownEnvironment = (redisUrl: string | undefined): Environment => ({
  ...Object.fromEntries(knownVariables().map(name => [name, undefined])),
  ...impatient,
  REDIS_URL: redisUrl,
});

/** Free ports, so that a running system is not disturbed. */
export const ownPorts = { api: 0, dashboard: 0, sandbox: 0 } as const;
