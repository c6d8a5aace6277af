/** Whose APIs we call; `fx` is the source of exchange rates. */
export const providers = ['paypal', 'aliexpress', 'ebay', 'mercadolibre', 'payoneer', 'fx'] as const;
export type Provider = (typeof providers)[number];

/** PayPal's reports, of balances as of transactions, may be so late by its own word: what happened since may be missing. */
export const reportsLagMs = 3 * 3_600_000;

/**
 * A provider, or one account at it, that is left in peace for a while.
 *
 * - `OUTAGE`        it gives no answers, or answers that it is broken
 * - `RATE_LIMITED`  it has asked us to wait
 */
export type Trouble = {
  readonly provider: Provider;
  /** The outside account; empty for the provider as a whole. */
  readonly account: string;
  /** Which of its calls; empty for all. */
  readonly family: string;
  readonly why: 'OUTAGE' | 'RATE_LIMITED';
  /** How often in a row it was tried again in vain. */
  readonly attempt: number;
  readonly since: Date;
  /** Nothing is sent before; then one call tries. */
  readonly until: Date;
};

/** Whether calls to a provider can be made: `probing` means that one call at a time may find out. */
export type ProviderState = 'up' | 'probing' | 'down';
