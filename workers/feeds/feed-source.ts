import { Retryable } from '../../domain/call-outcome.ts';
import { digestOf, type Listed } from '../../providers/wire/fields.ts';
import type { Credential } from '../../store/entities/people.ts';
import type { NewEvent } from '../../store/events/inbound-events.ts';
import type { Context } from '../context/context.ts';

/** A stretch of time, and the page of it that comes next. */
export type Asked = {
  readonly from: Date;
  readonly to: Date;
  /** What the page before gave as `next`; null for the first. */
  readonly page: string | null;
  /** Whose account is read; null for the platform's own. */
  readonly credential: Credential | null;
};

export type FeedPage = { readonly events: readonly NewEvent[]; readonly next: string | null };

/** One way to ask a provider what happened. What it gives again is stored once: events have one name each. */
export type FeedSource = {
  /** How far before the cursor it is asked for again: providers show some things late. */
  readonly overlapMs: number;
  /** The longest stretch to ask for at once. */
  readonly stretchMs: number;
  read(ctx: Context, asked: Asked): Promise<FeedPage>;
};

/** What was on the pages has changed while they were read: the stretch is to be read from its beginning again. */
export class PagesMoved extends Retryable {
  constructor() {
    super('FEED_PAGES_MOVED', 'what was to be listed changed while it was read');
  }
}

type Place = { offset: number; last: string };
type Rows<Row> = readonly Listed<Row>[];

/**
 * One page of a list that is asked for by offset and may change between two pages. An order that leaves the list moves
 * all behind it forward, and one of them would be on no page. So each page begins with the last order of the page
 * before: where it is missing, the list has moved. One that cannot be read counts like the others.
 * @throws PagesMoved
 */
export async function pageByOffset<Row extends { orderId: string }>(
  page: string | null,
  ask: (offset: number) => Promise<{ orders: Rows<Row>; total: number }>,
): Promise<{ orders: Rows<Row>; next: string | null }> {
  const place = page === null ? { offset: 0 } : (JSON.parse(page) as Place);
  const { orders, total } = await ask(place.offset);
  if ('last' in place && !orders.some(row => nameOf(row) === place.last)) throw new PagesMoved();
  const end = place.offset + orders.length;
  if (end >= total) return { orders, next: null };
  const last = orders.at(-1);
  if (!last || orders.length < 2) throw new PagesMoved();
  return { orders, next: JSON.stringify({ offset: end - 1, last: nameOf(last) } satisfies Place) };
}

const nameOf = (row: Listed<{ orderId: string }>): string => ('read' in row ? row.read.orderId : digestOf(row.unread));
