/**
 * What is read from the providers on a schedule, so that a notification that never came is no sale that is lost. Of
 * each connected account one feed per kind, of the platform's own PayPal account one.
 */
export type FeedKind = 'ebay-orders' | 'mercadolibre-orders' | 'mercadolibre-missed' | 'paypal-events';

/** The feeds of an account that sells there. */
export const feedsOfMarketplace: Readonly<Record<'ebay' | 'mercadolibre', readonly FeedKind[]>> = {
  ebay: ['ebay-orders'],
  mercadolibre: ['mercadolibre-orders', 'mercadolibre-missed'],
};

/** A provider's clock may differ from ours by this much: what looks a little too early is taken as well. */
export const clocksDifferByMs = 5 * 60_000;

/** A feed that was not read for this long stands still: somebody should know. */
export const standstillMs = 3_600_000;

export const standsStill = (cursorAt: Date, now: Date): boolean => now.getTime() - cursorAt.getTime() > standstillMs;
