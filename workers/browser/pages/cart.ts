import type { Page } from 'puppeteer';
import { find, type Part, press } from '../locate.ts';
import { Obstacle } from '../obstacle.ts';
import type { Wanted } from './item.ts';

const checkout: Part = {
  what: 'checkout button',
  selectors: ['::-p-aria([name="Checkout"][role="button"])', '::-p-aria([name="Go to checkout"][role="button"])'],
};

type Line = { productId: string | undefined; skuId: string | undefined; quantity: number };

/** Reads the lines of the cart or the review page, which show them alike. */
export const readLines = (page: Page): Promise<Line[]> =>
  page.$$eval('[data-sku-id]', lines =>
    lines.map(line => ({
      productId: line.getAttribute('data-product-id') ?? undefined,
      skuId: line.getAttribute('data-sku-id') ?? undefined,
      quantity: Number((line.querySelector('.quantity')?.textContent ?? '').replace(/\D/g, '')),
    })),
  );

/** Checks that the page holds exactly what was sold, and nothing else. @throws Obstacle */
export async function expectOnly(page: Page, wanted: Wanted, where: string): Promise<void> {
  const lines = await readLines(page);
  const [line] = lines;
  const fits =
    lines.length === 1 &&
    line?.productId === wanted.productId &&
    line.skuId === wanted.skuId &&
    line.quantity === wanted.quantity;
  if (!fits)
    throw new Obstacle('LAYOUT_UNKNOWN', `the ${where} holds something else: ${JSON.stringify(lines).slice(0, 200)}`);
}

export async function checkOut(page: Page, wanted: Wanted): Promise<void> {
  await find(page, checkout);
  await expectOnly(page, wanted, 'cart');
  await press(page, checkout);
}
