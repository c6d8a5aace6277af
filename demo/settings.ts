/** Waiting times of real life, shortened: nothing is skipped. */
export const shortened = {
  ORDER_HOLD_MINUTES: '0',
  SWEEP_INTERVAL_MS: '250',
  SWEEP_STALL_AFTER_MS: '10000',
  EFFECT_QUARANTINE_MS: '1000',
  SUPPLIER_POLL_MS: '500',
  PAYOUT_POLL_MS: '300',
  WAIT_RECHECK_MS: '500',
  MAX_DAILY_ORDERS: '100000',
  MAX_DAILY_SPEND_USD: '100000000',
  MAX_ORDER_SPEND_USD: '100000000',
  LOG_LEVEL: 'info',
};
