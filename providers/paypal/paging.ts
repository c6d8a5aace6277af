import type { WireLink } from './schema.ts';

/** A period to list, a page at a time. */
export type Range = {
  from: Date;
  to: Date;
  pageSize: number;
  /** The next page's query, from the page before: it repeats the range. */
  next?: string;
};

/** RFC 3339 to the second, as PayPal's own examples have it. */
export const toSeconds = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;

/** Only the query of the link to the next page: our token is sent to PayPal's base URL only. */
export function nextQuery(links: readonly WireLink[] = []): { next?: string } {
  const href = links.find(({ rel }) => rel === 'next')?.href ?? '';
  const next = /\?([^#]+)/.exec(href)?.[1];
  return next === undefined ? {} : { next };
}
