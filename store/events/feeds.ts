import { raw } from '@mikro-orm/core';
import { feedsOfMarketplace, standstillMs } from '../../domain/feed.ts';
import type { CredentialId, FeedId } from '../../domain/ids.ts';
import { isMarketplace } from '../../domain/order.ts';
import { LostClaim, wake } from '../database/due-row.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Feed } from '../entities/feed.ts';
import { Credential } from '../entities/people.ts';

/**
 * Opens the feeds of an account that sells, from now on. Where they are open already (the account had to be connected
 * again) they are read on from where they stopped: what was sold meanwhile is found.
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

/** What an account sells after it was disconnected is its owner's business: connected once more, it begins anew. */
export const closeFeeds = (em: EntityManager, credentialId: CredentialId): Promise<number> =>
  em.nativeDelete(Feed, { credentialId });

/** The platform's own PayPal application has no connection: its feed begins when it is first configured. */
export async function openPlatformFeed(em: EntityManager, application: string): Promise<void> {
  await em.nativeDelete(Feed, { application: { $nin: [application], $ne: null } });
  await em.execute(
    `insert into feeds (id, kind, application, started_at, cursor_at, next_check_at)
     values (gen_random_uuid(), 'paypal-events', ?, clock_now(), clock_now(), clock_now())
     on conflict (application, kind) where application is not null do nothing`,
    [application],
  );
}

/** Makes this run the feed's reader: what an earlier one still wants to store fails. */
export async function claimFeed(em: EntityManager, id: FeedId): Promise<Feed | null> {
  const claimed = await em.nativeUpdate(Feed, { id }, { fence: raw<bigint>('fence + 1') });
  return claimed === 1 ? em.findOne(Feed, { id }) : null;
}

type Reading = Pick<Feed, 'cursorAt' | 'readingUntil' | 'page' | 'failures' | 'lastError' | 'nextCheckAt'>;

/** Writes how far the feed was read, in the transaction that stores what was found there. @throws LostClaim */
export async function moveFeed(em: EntityManager, feed: Feed, reading: Partial<Reading>): Promise<Feed> {
  const moved = await em.nativeUpdate(Feed, { id: feed.id, fence: feed.fence }, reading);
  if (moved !== 1) throw new LostClaim(`feed ${feed.id}`);
  return { ...feed, ...reading };
}

export const wakeFeed = (em: EntityManager, id: FeedId): Promise<Feed | null> => wake(em, Feed, id);

/** Since when the account is connected without its owner having ended it; null when it is not. */
export async function salesSince(em: EntityManager, credentialId: CredentialId): Promise<Date | null> {
  const feed = await em.findOne(Feed, { credentialId }, { orderBy: { startedAt: 'asc' } });
  return feed?.startedAt ?? null;
}

export type TroubledFeed = Pick<Feed, 'id' | 'kind' | 'cursorAt' | 'lastError'> & {
  /** Null for the platform's own. */
  accountName: string | null;
};

/** Feeds that were not read the last time, or for long, the one furthest behind first. */
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
  return feeds.map(({ id, kind, cursorAt, lastError, credentialId }) => ({
    id,
    kind,
    cursorAt,
    lastError: lastError ?? null,
    accountName: (credentialId && accounts.get(credentialId)) ?? null,
  }));
}
