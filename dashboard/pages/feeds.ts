import { standsStill } from '../../domain/feed.ts';
import type { Html } from '../../runtime/http/html.ts';
import type { TroubledFeed } from '../../store/events/feeds.ts';
import { none, reasonText, table } from './parts.ts';
import { age } from './time.ts';

/** Feeds that were not read the last time, or for long; one that stands still is wrong, the others try again. */
export const feedTable = ({ feeds, now }: { feeds: readonly TroubledFeed[]; now: Date }): Html =>
  table(
    ['Feed', 'Account', { text: 'Not read for', numeric: true }, 'Why'],
    feeds.map(({ kind, accountName, cursorAt, lastError }) => ({
      cells: [kind, accountName ?? 'the platform’s own', age(cursorAt, now), reasonText(lastError) ?? none],
      tone: standsStill(cursorAt, now) ? 'bad' : 'wait',
    })),
    'Every feed is read.',
    'lines',
  );
