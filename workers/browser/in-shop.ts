import type { Page } from 'puppeteer';
import { Obstacle } from './obstacle.ts';
import type { ShopSite } from './shop-site.ts';

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

/** Where a page is decides, not how it looks. @throws Obstacle FOREIGN_PAGE */
export function assertInShop(page: Page): void {
  if (!isInShop(page)) throw foreignPage(page.url());
}

/** Names the place and nothing behind it: a path or a query may hold what nobody should read. */
export function foreignPage(url: string): Obstacle {
  const { protocol, host } = new URL(url);
  return new Obstacle('FOREIGN_PAGE', `the browser was led to ${protocol}//${host}, which is not the shop`);
}
