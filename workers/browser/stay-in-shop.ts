import type { Page } from 'puppeteer';
import type { ShopSite } from './allowed-sites.ts';
import { Obstacle } from './obstacle.ts';
import { PageLost } from './page-lost.ts';

const sites = new WeakMap<Page, ShopSite>();

/**
 * From now on something may be typed and clicked in this page, while it shows the shop. Windows that it opens are closed:
 * a page behind another is not drawn.
 */
export function keepInShop(page: Page, site: ShopSite): void {
  sites.set(page, site);
  page.on('popup', window => void window?.close().catch(() => undefined)); // it may have closed itself
}

export const isInShop = (page: Page): boolean => sites.get(page)?.has(page.url()) ?? false;

/** Whether the page is of another site. A page that did not load (about:blank, chrome-error:) is of none. */
export const isAbroad = (page: Page): boolean => !isInShop(page) && /^https?:/.test(page.url());

/** Where a page is decides, not how it looks. @throws Obstacle FOREIGN_PAGE; PageLost where no page has loaded */
export function assertInShop(page: Page): void {
  if (isAbroad(page)) throw foreignPage(page.url());
  if (!isInShop(page)) throw new PageLost('the browser shows no page');
}

/** Names the host only: path and query may hold secrets. */
export function foreignPage(url: string): Obstacle {
  const { protocol, host } = new URL(url);
  return new Obstacle('FOREIGN_PAGE', `the browser was led to ${protocol}//${host}, which is not the shop`);
}
