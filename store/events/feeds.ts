import { feedsOfMarketplace, standstillMs } from '../../domain/feed.ts';
import type { CredentialId, FeedId } from '../../domain/ids.ts';
import { isMarketplace } from '../../domain/sale-channel.ts';
import { claim, LostClaim, wake } from '../database/due-row.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Feed } from '../entities/feed.ts';
import { Credential } from '../entities/people.ts';

/**
 * Opens the feeds of a selling account, from now on. Feeds that are open already (the account was reconnected) continue
 * where they stopped, so that sales made meanwhile are found.
 */
export async function openFeeds(em: EntityManager, { id, apiName }: Credential): Promise<void> {
  if (!isMarketplace(apiName)) return;
  for (const kind of feedsOfMarketplace[apiName])
    await em.execute(
      `insert into feeds (id, kind, credential_id, started_at, cursor_at, next_check_at)
       values (gen_random_uuid(), ?, ?, clock_now(), clock_now(), clock_now())
       on conflict (credential_id, kind) where credential_id is not null do update set next_check_at = clock_now()`,
      [kind, id],
    );
}

export const findFeedsOf = (em: EntityManager, credentialId: CredentialId): Promise<Feed[]> =>
  em.find(Feed, { credentialId });

/** Sales after a disconnect are the owner's business: a reconnected account begins anew. */
export const closeFeeds = (em: EntityManager, credentialId: CredentialId): Promise<number> =>
  em.nativeDelete(Feed, { credentialId });

/**
 * The platform's own PayPal applications have no connection: the feed of each begins when it is first configured, and is
 * read on after another account has taken its place, for what becomes of its payments and payouts.
 * @param applications the present one and those before it whose keys we still have
 */
export async function openPlatformFeeds(em: EntityManager, applications: readonly string[]): Promise<void> {
  await em.nativeDelete(Feed, { application: { $nin: [...applications], $ne: null } });
  for (const application of applications)
    await em.execute(
      `insert into feeds (id, kind, application, started_at, cursor_at, next_check_at)
       values (gen_random_uuid(), 'paypal-events', ?, clock_now(), clock_now(), clock_now())
       on conflict (application, kind) where application is not null do nothing`,
      [application],
    );
}

/** Makes this run the feed's reader: later writes of an earlier reader fail. */
export const claimFeed = (em: EntityManager, id: FeedId): Promise<Feed | null> => claim(em, Feed, id);

type Reading = Pick<Feed, 'cursorAt' | 'readingUntil' | 'page' | 'failures' | 'lastError' | 'nextCheckAt'>;

/** Stores how far the feed was read, in the transaction that stores what was found. @throws LostClaim */
export async function moveFeed(em: EntityManager, feed: Feed, reading: Partial<Reading>): Promise<Feed> {
  const moved = await em.nativeUpdate(Feed, { id: feed.id, fence: feed.fence }, reading);
  if (moved !== 1) throw new LostClaim(`feed ${feed.id}`);
  return { ...feed, ...reading };
}

export const wakeFeed = (em: EntityManager, id: FeedId): Promise<Feed | null> => wake(em, Feed, id);

/** Since when the account has been connected without its owner ending it; null when it is not connected. */
export async function salesSince(em: EntityManager, credentialId: CredentialId): Promise<Date | null> {
  const feed = await em.findOne(Feed, { credentialId }, { orderBy: { startedAt: 'asc' } });
  return feed?.startedAt ?? null;
}

export type TroubledFeed = Pick<Feed, 'id' | 'kind' | 'cursorAt' | 'lastError'> & {
  /** Null for the platform's own, which have an `application`. */
  accountName: string | null;
  application: string | null;
};

/** Feeds whose last reading failed, or that are late, the one furthest behind first. */
export async function troubledFeeds(em: EntityManager, now: Date): Promise<TroubledFeed[]> {
  const late = new Date(now.getTime() - standstillMs);
  const feeds = await em.find(
    Feed,
    { $or: [{ lastError: { $ne: null } }, { cursorAt: { $lt: late } }] },
    { orderBy: { cursorAt: 'asc' }, limit: 50 },
  );
  const ids = feeds.flatMap(({ credentialId }) => (credentialId ? [credentialId] : []));
  const accounts = new Map(
    (await em.find(Credential, { id: { $in: ids } })).map(({ id, accountName }) => [id, accountName]),
  );
  return feeds.map(({ id, kind, cursorAt, lastError, credentialId, application }) => ({
    id,
    kind,
    cursorAt,
    lastError: lastError ?? null,
    accountName: (credentialId && accounts.get(credentialId)) ?? null,
    application: application ?? null,
  }));
}
