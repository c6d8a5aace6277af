import { hourMs } from './durations.ts';

/** Whose APIs we call; `fx` is the source of exchange rates. */
export const providers = ['paypal', 'aliexpress', 'ebay', 'mercadolibre', 'payoneer', 'fx'] as const;
export type Provider = (typeof providers)[number];

/** PayPal's reports of balances and transactions may lag by this much, by its own documentation. */
export const reportsLagMs = 3 * hourMs;

/**
 * A provider, or one account at it, to which no calls are made for a while.
 *
 * - `OUTAGE`        it gives no answers, or answers that it is broken
 * - `RATE_LIMITED`  it has asked us to wait
 */
export type Trouble = {
  readonly provider: Provider;
  /** The outside account; empty for the provider as a whole. */
  readonly account: string;
  /** The family of calls; empty for all of them. */
  readonly family: string;
  readonly why: 'OUTAGE' | 'RATE_LIMITED';
  /** How many test calls in a row have failed. */
  readonly attempt: number;
  readonly since: Date;
  /** No call leaves before; then one test call does. */
  readonly until: Date;
};

/** Whether calls to a provider can be made: `probing` means that one call at a time may find out. */
export type ProviderState = 'up' | 'probing' | 'down';
