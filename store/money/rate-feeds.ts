import { randomUUID } from 'node:crypto';
import { raw } from '@mikro-orm/core';
import type { RateFeedId } from '../../domain/ids.ts';
import type { Currency } from '../../domain/money.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { RateFeed } from '../entities/money.ts';

/** Keeps the schedule of one base currency: a new one is due at once; without a configured source it is never due. */
export async function scheduleRates(em: EntityManager, base: Currency, on: boolean, now: Date): Promise<void> {
  const firstAt = on ? now : null;
  await em.execute(
    `insert into rate_feeds (id, base, next_check_at) values (?, ?, ?)
     on conflict (base) do update set next_check_at =
       case when excluded.next_check_at is null then null else coalesce(rate_feeds.next_check_at, excluded.next_check_at) end`,
    [randomUUID(), base, firstAt],
  );
}

export const findRateFeed = (em: EntityManager, id: RateFeedId): Promise<RateFeed | null> =>
  em.findOne(RateFeed, { id });

/** Stores the outcome of asking the source, and when to ask it again. */
export async function noteRates(
  em: EntityManager,
  id: RateFeedId,
  outcome: { at: Date } | { error: string },
  nextCheckAt: Date,
): Promise<void> {
  const told = 'error' in outcome ? { lastError: outcome.error } : { lastSuccessAt: outcome.at, lastError: null };
  await em.nativeUpdate(
    RateFeed,
    { id },
    { ...told, nextCheckAt, stateEntry: raw<number>('state_entry + 1'), wake: 0 },
  );
}

/** Base currencies whose source failed the last time, the one without rates for longest first. */
export const troubledRateFeeds = (em: EntityManager): Promise<RateFeed[]> =>
  em.find(
    RateFeed,
    { lastError: { $ne: null }, nextCheckAt: { $ne: null } },
    { orderBy: { lastSuccessAt: 'asc nulls first' }, limit: 50 },
  );
