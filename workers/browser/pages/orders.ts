import type { Page } from 'puppeteer';
import type { Money } from '../../../domain/money.ts';
import { find, follow, type Part } from '../locate.ts';
import { readPrice } from '../price.ts';

export type ListedOrder = {
  readonly number: string;
  readonly placedAt: Date;
  /** In the website's own words: `Awaiting payment`. */
  readonly status: string;
  readonly shipTo: readonly string[];
  readonly items: readonly { productId: string; skuId: string; quantity: number }[];
  readonly total: Money;
  readonly parcels: readonly { trackingNumber: string; carrier: string }[];
};

/** At most this many pages of the list are read. */
const pagesMax = 5;
const list: Part = { what: 'list of orders', selectors: ['::-p-aria([name="My orders"][role="heading"])'] };
const detail: Part = { what: 'order', selectors: ['article[data-order]'] };

export const ordersPath = '/orders';
export const orderPath = (number: string): string => `/orders/${number}`;

/** Reads the newest orders, back to `since`, from a page that is logged in. */
export async function readOrders(page: Page, since: Date): Promise<ListedOrder[]> {
  const found: ListedOrder[] = [];
  for (let pages = 1; pages <= pagesMax; pages += 1) {
    await find(page, list);
    const shown = await readEntries(page);
    found.push(...shown);
    const next = await page.$('a[rel=next]');
    if (!next || shown.some(({ placedAt }) => placedAt < since)) return found;
    await follow(page, next);
  }
  return found;
}

/** Reads the orders of the first page. */
export async function readNewestOrders(page: Page): Promise<ListedOrder[]> {
  await find(page, list);
  return readEntries(page);
}

export async function readOrder(page: Page): Promise<ListedOrder | undefined> {
  await find(page, detail);
  const [order] = await readEntries(page);
  return order;
}

async function readEntries(page: Page): Promise<ListedOrder[]> {
  const entries = await page.$$eval('article[data-order]', articles =>
    articles.map(article => {
      const texts = (selector: string) =>
        [...article.querySelectorAll(selector)].map(node => node.textContent?.trim().replace(/\s+/g, ' ') ?? '');
      return {
        number: article.getAttribute('data-order') ?? '',
        placedAt: article.querySelector('time')?.getAttribute('datetime') ?? '',
        status: texts('.status')[0] ?? '',
        shipTo: texts('address span'),
        items: [...article.querySelectorAll('[data-sku-id]')].map(item => ({
          productId: item.getAttribute('data-product-id') ?? '',
          skuId: item.getAttribute('data-sku-id') ?? '',
          quantity: Number((item.textContent ?? '').replace(/\D/g, '')),
        })),
        total: texts('output')[0] ?? '',
      };
    }),
  );
  const parcels = await page.$$eval('ul[aria-label="Parcels"] li', rows =>
    rows.map(row => ({
      trackingNumber: row.querySelector('b')?.textContent ?? '',
      carrier: row.querySelector('i')?.textContent ?? '',
    })),
  );
  return entries.map(entry => ({
    ...entry,
    placedAt: new Date(entry.placedAt),
    total: readPrice(entry.total),
    parcels,
  }));
}
