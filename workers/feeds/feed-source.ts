import { Retryable } from '../../domain/call-outcome.ts';
import { digestOf, type Listed } from '../../providers/wire/fields.ts';
import type { Credential } from '../../store/entities/people.ts';
import type { NewEvent } from '../../store/events/inbound-events.ts';
import type { Context } from '../context/context.ts';

/** A stretch of time, and which of its pages to read. */
export type Asked = {
  readonly from: Date;
  readonly to: Date;
  /** `next` of the previous page; null for the first. */
  readonly page: string | null;
  /** The seller's connection; null for the platform's own account. */
  readonly credential: Credential | null;
};

export type FeedPage = { readonly events: readonly NewEvent[]; readonly next: string | null };

/** One way to ask a provider what happened. It may give an event again: an event is stored once, by its id. */
export type FeedSource = {
  /** How far before the cursor each read begins: providers show some changes late. */
  readonly overlapMs: number;
  /** The longest stretch of time to ask for at once. */
  readonly stretchMs: number;
  read(ctx: Context, asked: Asked): Promise<FeedPage>;
};

/** The list changed between two pages: the stretch must be read again from its beginning. */
export class PagesMoved extends Retryable {
  constructor() {
    super('FEED_PAGES_MOVED', 'what was to be listed changed while it was read');
  }
}

type Place = { offset: number; last: string };
type Rows<Row> = readonly Listed<Row>[];

/**
 * Reads one page of a list by offset, where the list may change between two pages. When an order leaves the list, all
 * orders behind it move forward, and one of them would be on no page. So each page begins with the last order of the
 * page before: where that order is missing, the list has moved. An order that cannot be read counts like any other.
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
