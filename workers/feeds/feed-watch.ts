import { standsStill } from '../../domain/feed.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Store } from '../../store/database/open.ts';
import { openPlatformFeed, troubledFeeds } from '../../store/events/feeds.ts';

/** So often the log says that a feed stands still. */
const tellEveryMs = 10 * 60_000;

export type FeedWatch = { look(): Promise<void> };

/**
 * Sees to it that the platform's own feed is there, and says which feeds stand still: whoever should have read them may
 * not be running at all.
 */
export function watchFeeds(options: {
  store: Store;
  /** The platform's own at PayPal. */
  application: string;
  log: Pick<Logger, 'error'>;
  now: () => Date;
}): FeedWatch {
  const { store, application, log, now } = options;
  let opened = false;
  let lookAt = 0;
  return {
    async look() {
      if (!opened) await store.transaction(em => openPlatformFeed(em, application));
      opened = true;
      if (now().getTime() < lookAt) return;
      lookAt = now().getTime() + tellEveryMs;
      const feeds = await store.read(em => troubledFeeds(em, now()));
      for (const { kind, accountName, cursorAt, lastError } of feeds)
        if (standsStill(cursorAt, now()))
          log.error({ feed: kind, account: accountName ?? application, cursorAt, lastError }, 'a feed stands still');
    },
  };
}
