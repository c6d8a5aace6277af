import type { Failure } from '../../domain/call-outcome.ts';
import { hourMs } from '../../domain/durations.ts';
import type { FeedKind } from '../../domain/feed.ts';
import { clocksDifferByMs } from '../../domain/feed.ts';
import type { FeedId } from '../../domain/ids.ts';
import { enqueueWoken } from '../../queues/enqueue-woken.ts';
import { jobForEvent } from '../../queues/next-job.ts';
import { reconcileQueue as contract } from '../../queues/reconcile.ts';
import { findCredential } from '../../store/connections/credentials.ts';
import type { Feed } from '../../store/entities/feed.ts';
import { claimFeed, moveFeed, wakeFeed } from '../../store/events/feeds.ts';
import { storeEvent } from '../../store/events/inbound-events.ts';
import { atAccount } from '../connections/own-account.ts';
import { type Context, later, type Processor } from '../context/context.ts';
import { meaningOf } from '../step/error-meaning.ts';
import { ebayOrders } from './ebay-orders.ts';
import { type Asked, type FeedPage, type FeedSource, PagesMoved } from './feed-source.ts';
import { mercadoLibreMissed, mercadoLibreOrders } from './mercadolibre-orders.ts';
import { payPalEvents } from './paypal-events.ts';

const sources: Readonly<Record<FeedKind, FeedSource>> = {
  'ebay-orders': ebayOrders,
  'mercadolibre-orders': mercadoLibreOrders,
  'mercadolibre-missed': mercadoLibreMissed,
  'paypal-events': payPalEvents,
};

/** After this many pages a run makes room for other feeds, and continues in a new job. */
const pagesPerRun = 10;

/** Changes within this time may not be listed yet, and some providers refuse a time that is in their future. */
const settledAfterMs = 60_000;

const longestBackOffMs = hourMs;

/**
 * Reads what happened at a provider since the cursor, and stores the events whose notification was lost. The cursor
 * moves in the transaction that stores the last page of a stretch, so a run that dies at any moment leaves nothing out.
 */
export const reconcile: Processor<'feedId'> = async ({ feedId }, ctx) => {
  const feed = await ctx.store.transaction(em => claimFeed(em, feedId as FeedId));
  if (!feed) return 'nothing to do: the feed is gone';
  try {
    return await readOn(ctx, feed);
  } catch (error) {
    return afterFailure(ctx, feed, error);
  }
};

function afterFailure(ctx: Context, feed: Feed, error: unknown): Promise<string> | string {
  const meaning = meaningOf(error);
  switch (meaning.kind) {
    case 'lost':
      return 'another run reads this feed now';
    case 'reconnect':
      return away(ctx, feed);
    case 'not-now':
      return backOff(ctx, feed, meaning.error, { tried: false });
    case 'refused':
      return backOff(ctx, feed, meaning.error, { fromBeginning: true });
    case 'unreadable':
    case 'not-permitted':
    case 'retry':
    case 'uncertain':
    case 'unproven':
      return backOff(ctx, feed, meaning.error, { fromBeginning: meaning.error instanceof PagesMoved });
    case 'database-away':
    case 'bug':
      throw error;
  }
}

async function readOn(ctx: Context, claimed: Feed): Promise<string> {
  const { credentialId, kind } = claimed;
  const credential = credentialId ? await ctx.store.read(em => findCredential(em, credentialId)) : null;
  if (credential && credential.status !== 'HEALTHY') return away(ctx, claimed);
  const at = atItsAccount(ctx, claimed);
  const settled = later(ctx, -settledAfterMs);
  let feed = claimed;
  let news = 0;
  for (let pages = 0; pages < pagesPerRun; pages += 1) {
    const stretch = stretchOf(feed, settled);
    if (!stretch) return rest(ctx, feed, news);
    const page = await sources[kind].read(at, { ...stretch, page: feed.page ?? null, credential });
    const kept = await keep(ctx, feed, stretch, page);
    feed = kept.feed;
    news += kept.news;
  }
  return goOn(ctx, feed, news);
}

/** The platform's own feeds are each read at their own account. */
const atItsAccount = (ctx: Context, { application }: Feed): Context =>
  application ? atAccount(ctx, 'paypal', application.slice(application.indexOf('/') + 1)) : ctx;

type Stretch = Pick<Asked, 'from' | 'to'>;

/** The stretch to read next: the one that was begun, or the one after the cursor; undefined once all is read. */
function stretchOf({ kind, startedAt, cursorAt, readingUntil }: Feed, settled: Date): Stretch | undefined {
  const { overlapMs, stretchMs } = sources[kind];
  const to = readingUntil ?? new Date(Math.min(settled.getTime(), cursorAt.getTime() + stretchMs));
  if (to <= cursorAt) return undefined;
  const from = Math.max(cursorAt.getTime() - overlapMs, startedAt.getTime() - clocksDifferByMs);
  return { from: new Date(from), to };
}

/** Stores a page and the feed's new position in one transaction. */
const keep = (ctx: Context, feed: Feed, { to }: Stretch, { events, next }: FeedPage) =>
  ctx.transact(async (em, enqueue) => {
    const place = next === null ? { cursorAt: to, readingUntil: null, page: null } : { readingUntil: to, page: next };
    // First, so that the second of two runs waits here, and then finds that it has lost its claim on the feed.
    const moved = await moveFeed(em, feed, { ...place, failures: 0, lastError: null });
    let news = 0;
    for (const event of events) {
      const stored = await storeEvent(em, event);
      if (!stored) continue;
      news += 1;
      const { unreadable: note } = event;
      if (note)
        ctx.log.error({ eventId: stored.id, feed: feed.kind, note }, 'a feed lists an element that cannot be read');
      if (event.wanted) enqueue(jobForEvent(stored));
    }
    return { feed: moved, news };
  });

async function rest(ctx: Context, feed: Feed, news: number): Promise<string> {
  const nextCheckAt = later(ctx, ctx.config.reconcileIntervalMs);
  await ctx.store.transaction(em => moveFeed(em, feed, { nextCheckAt }));
  return `${news} new until ${feed.cursorAt.toISOString()}`;
}

const goOn = (ctx: Context, feed: Feed, news: number): Promise<string> =>
  ctx.transact(async (em, enqueue) => {
    await enqueueWoken(enqueue, wakeFeed(em, feed.id), contract.jobFor);
    return `${news} new, and more to read after ${feed.cursorAt.toISOString()}`;
  });

/** Connecting the account again wakes the feed; until then the feed is tried once an hour. */
async function away(ctx: Context, feed: Feed): Promise<string> {
  await ctx.store.transaction(em =>
    moveFeed(em, feed, { lastError: 'RECONNECT_NEEDED', nextCheckAt: later(ctx, longestBackOffMs) }),
  );
  return 'RECONNECT_NEEDED: read on when the account is connected again';
}

/** Tries again with growing delays; `fromBeginning` drops the page: the stretch is read again from its start. */
async function backOff(
  ctx: Context,
  feed: Feed,
  failure: Failure,
  { tried = true, fromBeginning = false },
): Promise<string> {
  const { id, kind, credentialId, cursorAt } = feed;
  const waitMs = tried ? Math.min(ctx.config.reconcileIntervalMs * 2 ** feed.failures, longestBackOffMs) : 0;
  const nextCheckAt = later(ctx, Math.max(waitMs, failure.retryAfterMs ?? 0));
  const failures = feed.failures + (tried ? 1 : 0);
  const again = fromBeginning ? { readingUntil: null, page: null } : {};
  await ctx.store.transaction(em => moveFeed(em, feed, { failures, lastError: failure.code, nextCheckAt, ...again }));
  ctx.log.warn({ feedId: id, feed: kind, credentialId, code: failure.code, cursorAt, failures }, 'feed not read');
  return `${failure.code}: looked at again at ${nextCheckAt.toISOString()}`;
}
