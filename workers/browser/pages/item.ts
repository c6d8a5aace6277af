import type { Page } from 'puppeteer';
import { click, fill, find, type Part, press } from '../locate.ts';
import { Obstacle } from '../obstacle.ts';

export type Wanted = { readonly productId: string; readonly skuId: string; readonly quantity: number };

const quantityField: Part = {
  what: 'quantity field',
  selectors: ['::-p-aria([name="Quantity"])', 'input[name=quantity]'],
};
export const buyNow: Part = {
  what: 'buy button',
  selectors: ['::-p-aria([name="Buy now"][role="button"])', '::-p-aria([name="Buy it now"][role="button"])'],
};

const variants: Part = { what: 'choice of variants', selectors: ['input[type=radio][name=skuId]'] };

export const itemPath = ({ productId, skuId }: Wanted): string => `/item/${productId}.html?skuId=${skuId}`;

/** Chooses exactly the variant that was sold, never the one that happens to be selected. @throws Obstacle */
export async function takeItem(page: Page, wanted: Wanted): Promise<void> {
  await find(page, buyNow);
  // Only a page that offers other variants proves that ours is gone.
  await find(page, variants);
  const variant = await page.$(`input[type=radio][name=skuId][value="${wanted.skuId}"]`);
  if (!variant) throw new Obstacle('VARIANT_GONE', `variant ${wanted.skuId} is not offered`);
  const [disabled, checked] = await variant.evaluate(node => {
    const radio = node as unknown as { disabled: boolean; checked: boolean };
    return [radio.disabled, radio.checked];
  });
  if (disabled) throw new Obstacle('OUT_OF_STOCK', `variant ${wanted.skuId} is out of stock`);
  if (!checked) await click(page, variant);
  await fill(page, quantityField, String(wanted.quantity));
  await press(page, buyNow);
}
