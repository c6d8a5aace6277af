import { type Html, html } from '../../runtime/http/html.ts';
import type { Paged } from './paging.ts';

/**
 * Links to the pages before and after; nothing when there is only one page. @param address a page's address, by its
 * number
 */
export function pager(
  { number, more }: Pick<Paged<unknown>, 'number' | 'more'>,
  address: (page: number) => string,
  [back, on]: readonly [string, string] = ['Newer', 'Older'],
): Html {
  if (number === 1 && !more) return html``;
  return html`<p class="pager">
    ${number > 1 && html`<a href="${address(number - 1)}" rel="prev">${back}</a>`} <span>Page ${number}</span>
    ${more && html`<a href="${address(number + 1)}" rel="next">${on}</a>`}
  </p>`;
}

/** The addresses of a list's pages: with what it is narrowed to, by their number. */
export const listAddress =
  (path: string, narrowed: Readonly<Record<string, string | undefined>>) =>
  (page: number): string => {
    const given = Object.entries({ ...narrowed, page: String(page) });
    return `${path}?${new URLSearchParams(given.flatMap(([name, value]) => (value ? [[name, value] as [string, string]] : [])))}`;
  };
