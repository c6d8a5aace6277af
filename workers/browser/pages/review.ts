import type { ElementHandle, Page } from 'puppeteer';
import type { Money } from '../../../domain/money.ts';
import { find, type Part, textOf } from '../locate.ts';
import { Obstacle } from '../obstacle.ts';
import { readPrice } from '../price.ts';
import type { AddressFields } from './address.ts';
import { expectOnly } from './cart.ts';
import type { Wanted } from './item.ts';

const addressSection: Part = {
  what: 'shipping address',
  selectors: ['::-p-aria([name="Shipping address"])', 'section'],
};
const total: Part = { what: 'total', selectors: ['::-p-aria([name="Total"])', 'output'] };
export const placeOrder: Part = {
  what: 'place-order button',
  selectors: ['::-p-aria([name="Place order"][role="button"])', '::-p-aria([name="Submit order"][role="button"])'],
};

/** Address fields that the review must show: one that is missing means that the parcel would go to another address. */
const readBack = ['full_name', 'address', 'address2', 'city', 'province', 'zip', 'country'];

export type Review = { readonly total: Money; readonly button: ElementHandle };

/** Checks the last page before the order: the goods and the address must be right. @throws Obstacle */
export async function readReview(page: Page, wanted: Wanted, address: AddressFields): Promise<Review> {
  const button = await find(page, placeOrder);
  await expectOnly(page, wanted, 'review');
  const section = await find(page, addressSection);
  const shown = new Set(
    await section.$$eval('p', lines => lines.map(line => line.textContent?.trim().replace(/\s+/g, ' ') ?? '')),
  );
  const missing = readBack.filter(name => address[name] && !shown.has(address[name].replace(/\s+/g, ' ')));
  if (missing.length > 0) throw new Obstacle('LAYOUT_UNKNOWN', `the review shows another ${missing.join(', ')}`);
  return { total: readPrice(await textOf(page, total)), button };
}
