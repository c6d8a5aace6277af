import { type Environment, knownVariables } from '../runtime/config.ts';

/** Waiting times of real life, shortened so far that the machine's own work is what is left to measure. */
const impatient: Environment = {
  ORDER_HOLD_MINUTES: '0',
  SWEEP_INTERVAL_MS: '250',
  SWEEP_STALL_AFTER_MS: '10000',
  EFFECT_QUARANTINE_MS: '1000',
  SUPPLIER_POLL_MS: '500',
  PAYOUT_POLL_MS: '300',
  WAIT_RECHECK_MS: '500',
  BALANCE_READ_INTERVAL_MS: '500',
  MAX_DAILY_ORDERS: '1000000',
  CHECKOUTS_PER_MINUTE_PER_ADDRESS: '1000000',
  CHECKOUTS_PER_MINUTE_PER_SELLER: '1000000',
  NOTIFICATIONS_PER_MINUTE_PER_SELLER: '1000000',
  OPEN_CHECKOUTS_PER_ADDRESS: '1000000',
  MAX_DAILY_SPEND_USD: '100000000',
};

/** Nothing of the caller's own settings: what is measured lives on this machine alone, and pays with invented money. */
export const ownEnvironment = (redisUrl: string | undefined): Environment => ({
  ...Object.fromEntries(knownVariables().map(name => [name, undefined])),
  ...impatient,
  REDIS_URL: redisUrl,
});

/** Free ones, so that a running system is left alone. */
export const ownPorts = { api: 0, dashboard: 0, sandbox: 0 } as const;
