import { standsStill } from '../../domain/feed.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Store } from '../../store/database/open.ts';
import { openPlatformFeeds, troubledFeeds } from '../../store/events/feeds.ts';

/** How often the log reports feeds that stand still. */
const tellEveryMs = 10 * 60_000;

export type FeedWatch = { look(): Promise<void> };

/**
 * Makes sure that the platform's own feeds exist, and logs the feeds that stand still: the workers that should read
 * them may not be running at all.
 */
export function watchFeeds(options: {
  store: Store;
  /** The platform's own PayPal applications, each as `environment/client id`. */
  applications: readonly string[];
  log: Pick<Logger, 'error'>;
  now: () => Date;
}): FeedWatch {
  const { store, applications, log, now } = options;
  let opened = false;
  let lookAt = 0;
  return {
    async look() {
      if (!opened) await store.transaction(em => openPlatformFeeds(em, applications));
      opened = true;
      if (now().getTime() < lookAt) return;
      lookAt = now().getTime() + tellEveryMs;
      const feeds = await store.read(em => troubledFeeds(em, now()));
      for (const { kind, accountName, application, cursorAt, lastError } of feeds)
        if (standsStill(cursorAt, now()))
          log.error({ feed: kind, account: accountName ?? application, cursorAt, lastError }, 'a feed stands still');
    },
  };
}
