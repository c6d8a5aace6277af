import type { Page } from 'puppeteer';
import { find, type Part } from '../locate.ts';

const numbers: Part = { what: 'list of order numbers', selectors: ['::-p-aria([name="Orders"][role="list"])'] };

/** Reads the numbers of the supplier orders: several where the purchase was split between stores. */
export async function readConfirmation(page: Page): Promise<string[]> {
  const list = await find(page, numbers);
  const texts = await list.$$eval('a', links => links.map(link => link.textContent?.trim() ?? ''));
  const found = texts.filter(text => /^\d{10,20}$/.test(text));
  if (found.length === 0) throw new Error('the confirmation shows no order number');
  return found;
}
