import type { Page } from 'puppeteer';
import { fill, find, type Part, press } from '../locate.ts';
import { refuseObstacles } from '../obstacle.ts';

export type LogIn = { readonly email: string; readonly password: string };

const email: Part = {
  what: 'e-mail field',
  selectors: ['input[type=email]', '::-p-aria([name="Email"][role="textbox"])'],
};
const password: Part = { what: 'password field', selectors: ['input[type=password]'] };
const signIn: Part = {
  what: 'sign-in button',
  selectors: ['::-p-aria([name="Sign in"][role="button"])', '::-p-aria([name="Log in"][role="button"])'],
};

const isLogIn = (page: Page): boolean => /\/login(\?|$)/.test(page.url());

/** Goes to a page of the shop; logs in on the way when the session has ended. @throws Obstacle */
export async function open(page: Page, url: string, account: LogIn): Promise<void> {
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  if (!isLogIn(page)) return refuseObstacles(page);
  await fill(page, email, account.email);
  await fill(page, password, account.password);
  await find(page, signIn);
  await press(page, signIn);
  await refuseObstacles(page);
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  await refuseObstacles(page);
}
