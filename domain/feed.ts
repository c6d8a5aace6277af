import { hourMs } from './durations.ts';
import type { Marketplace } from './sale-channel.ts';

/**
 * What is read from the providers on a schedule, so that a lost notification loses no sale. Each connected account has
 * one feed per kind; each of the platform's own PayPal accounts has one.
 */
export type FeedKind = 'ebay-orders' | 'mercadolibre-orders' | 'mercadolibre-missed' | 'paypal-events';

/** The feeds of an account that sells there. */
export const feedsOfMarketplace: Readonly<Record<Marketplace, readonly FeedKind[]>> = {
  ebay: ['ebay-orders'],
  mercadolibre: ['mercadolibre-orders', 'mercadolibre-missed'],
};

/** A provider's clock may differ from ours by this much: what is dated up to this much too early is read as well. */
export const clocksDifferByMs = 5 * 60_000;

/** A feed that was not read for this long stands still, and an operator should know. */
export const standstillMs = hourMs;

export const standsStill = (cursorAt: Date, now: Date): boolean => now.getTime() - cursorAt.getTime() > standstillMs;
