import { setTimeout as sleep } from 'node:timers/promises';
import type { ElementHandle, Page } from 'puppeteer';
import { Obstacle, refuseObstacles } from './obstacle.ts';
import { assertInShop } from './stay-in-shop.ts';

/** Something on a page, by role and text, with the other names it is known by: the first that is there is taken. */
export type Part = { readonly what: string; readonly selectors: readonly string[] };

const patienceMs = 10_000;
const lookAgainMs = 100;

/** @throws Obstacle: where the page is not the shop's, one that it shows instead, else LAYOUT_UNKNOWN */
export async function find(page: Page, { what, selectors }: Part): Promise<ElementHandle> {
  const deadline = Date.now() + patienceMs;
  do {
    assertInShop(page);
    for (const selector of selectors) {
      const element = await page.$(selector);
      if (element) return element as ElementHandle;
    }
    await refuseObstacles(page);
    await sleep(lookAgainMs);
  } while (Date.now() < deadline);
  throw new Obstacle('LAYOUT_UNKNOWN', `there is no ${what} on ${new URL(page.url()).pathname}`);
}

/** Without waiting for it. */
export async function isThere(page: Page, { selectors }: Part): Promise<boolean> {
  for (const selector of selectors) if (await page.$(selector)) return true;
  return false;
}

export async function textOf(page: Page, part: Part): Promise<string> {
  const element = await find(page, part);
  return element.evaluate(node => node.textContent?.trim().replace(/\s+/g, ' ') ?? '');
}

export async function fill(page: Page, part: Part, text: string): Promise<void> {
  const field = await find(page, part);
  await field.evaluate(node => {
    (node as unknown as { value: string }).value = '';
  });
  assertInShop(page);
  await field.type(text);
}

/** @throws Obstacle where the page is not the shop's */
export async function click(page: Page, element: ElementHandle): Promise<void> {
  assertInShop(page);
  await element.click();
}

/** Clicks, and waits for the page that follows. @throws Obstacle where one of the two is not the shop's */
export async function follow(page: Page, element: ElementHandle): Promise<void> {
  assertInShop(page);
  await Promise.all([page.waitForNavigation({ waitUntil: 'domcontentloaded' }), element.click()]);
  assertInShop(page);
}

/** Presses, and waits for the page that follows. */
export const press = async (page: Page, part: Part): Promise<void> => follow(page, await find(page, part));
