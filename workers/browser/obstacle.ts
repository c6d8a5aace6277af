import type { Page } from 'puppeteer';

/** Why the website cannot be used further, before anything was bought. */
export type ObstacleKind =
  | 'CAPTCHA'
  | 'TWO_FACTOR'
  | 'WRONG_PASSWORD'
  | 'LOGIN_NOT_TAKEN'
  | 'ACCOUNT_RESTRICTED'
  | 'PRODUCT_GONE'
  | 'VARIANT_GONE'
  | 'OUT_OF_STOCK'
  | 'NOT_SHIPPABLE'
  | 'ADDRESS_REFUSED'
  | 'PRICE_ROSE'
  | 'FOREIGN_PAGE'
  | 'LAYOUT_UNKNOWN';

export class Obstacle extends Error {
  override readonly name = 'Obstacle';
  readonly kind: ObstacleKind;
  constructor(kind: ObstacleKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** How the shop says so, in the headings and alerts of its pages. */
const words: readonly (readonly [ObstacleKind, RegExp])[] = [
  ['CAPTCHA', /slide to verify|unusual traffic|captcha/i],
  ['TWO_FACTOR', /security verification|verification code/i],
  ['WRONG_PASSWORD', /password is incorrect/i],
  ['ACCOUNT_RESTRICTED', /account (has been|is) (restricted|suspended|disabled)/i],
  ['PRODUCT_GONE', /no longer available/i],
  ['OUT_OF_STOCK', /out of stock/i],
  ['NOT_SHIPPABLE', /cannot be shipped|can't be shipped/i],
  ['ADDRESS_REFUSED', /address is not accepted|please enter/i],
];

/** A heading says something about us only where there is nothing to press: elsewhere it may be a product's name. */
const loudTexts = `[...document.querySelectorAll(
    document.querySelector('button[type=submit]') ? '[role=alert], iframe[title]' : 'h1, [role=alert], iframe[title]')]
  .map(element => element.title || element.textContent).join('\\n')`;

/** @throws Obstacle when the page says that it is none of those we may go on from */
export async function refuseObstacles(page: Page): Promise<void> {
  const text = String(await page.evaluate(loudTexts));
  const found = words.find(([, pattern]) => pattern.test(text));
  if (found) throw new Obstacle(found[0], text.trim().replace(/\s+/g, ' ').slice(0, 200));
}
