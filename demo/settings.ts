/** Waiting times that every order meets. */
export const shortWaits = {
  ORDER_HOLD_MINUTES: '0',
  SWEEP_INTERVAL_MS: '250',
  SWEEP_STALL_AFTER_MS: '10000',
  EFFECT_QUARANTINE_MS: '1000',
  SUPPLIER_POLL_MS: '500',
  PAYOUT_POLL_MS: '300',
  WAIT_RECHECK_MS: '500',
  BALANCE_READ_INTERVAL_MS: '500',
  MAX_DAILY_SPEND_USD: '100000000',
};

/** Waiting times of real life, shortened: nothing is skipped. */
export const shortened = {
  ...shortWaits,
  PAYOUT_RECEIVER_REST_HOURS: '0',
  TRACKING_POLL_MS: '2000',
  MAX_DAILY_ORDERS: '100000',
  MAX_ORDER_SPEND_USD: '100000000',
  ALLOW_BROWSER_AUTOMATION: 'true',
  BROWSER_PACE_MS: '0',
  BROWSER_PAGES: '2',
  LOG_LEVEL: 'info',
};
