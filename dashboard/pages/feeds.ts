import { standsStill } from '../../domain/feed.ts';
import type { Html } from '../../runtime/http/html.ts';
import type { RateFeed } from '../../store/entities/money.ts';
import type { TroubledFeed } from '../../store/events/feeds.ts';
import { none, reasonText, table } from './parts.ts';
import { age } from './time.ts';

export type Troubled = { readonly feeds: readonly TroubledFeed[]; readonly rateFeeds: readonly RateFeed[] };

/** Feeds that were not read the last time, or are late. Red marks one that has stopped; the others are tried again. */
export const feedTable = ({ feeds, rateFeeds, now }: Troubled & { readonly now: Date }): Html =>
  table(
    ['Feed', 'Account', { text: 'Not read for', numeric: true }, 'Why'],
    [
      ...feeds.map(({ kind, accountName, application, cursorAt, lastError }) => ({
        cells: [
          kind,
          accountName ?? `the platform’s own, ${application}`,
          age(cursorAt, now),
          reasonText(lastError) ?? none,
        ],
        tone: standsStill(cursorAt, now) ? ('bad' as const) : ('wait' as const),
      })),
      // Orders wait when the rate that they need is too old.
      ...rateFeeds.map(({ base, lastSuccessAt, lastError }) => ({
        cells: [`exchange rates of ${base}`, none, age(lastSuccessAt, now), reasonText(lastError) ?? none],
        tone: 'wait' as const,
      })),
    ],
    'Every feed is read.',
    'lines',
  );
