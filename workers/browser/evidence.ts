import type { Page } from 'puppeteer';
import { isPageLost } from './page-lost.ts';

/** The page as it was left, for whoever has to decide. */
export type Snapshot = { readonly url: string; readonly screenshot: Buffer; readonly html: string };
/** Why there is no picture. */
export type Unseen = { readonly missing: string };

const htmlMax = 200_000;

/** Runs in the page: what nobody needs to see again is blanked before it is photographed. */
const blank = `secrets => {
  const cover = text => secrets.reduce((rest, secret) => rest.replaceAll(secret, '•••'), text)
    .replace(/\\b(?:\\d{4}[ -]\\d{4}[ -]\\d{4}[ -]\\d{1,7}|\\d{4}[ -]\\d{6}[ -]\\d{5})\\b/g, '•••• •••• •••• ••••');
  document.querySelectorAll('script, style, noscript, link').forEach(element => element.remove());
  document.querySelectorAll('iframe').forEach(frame => frame.replaceWith('[frame: ' + frame.title + ']'));
  document.querySelectorAll('input').forEach(input => {
    const secret = ['password', 'hidden', 'file'].includes(input.type) || input.autocomplete.startsWith('cc-');
    const shown = secret ? '•••' : cover(input.value);
    if (input.type !== 'file') input.value = shown;
    input.setAttribute('value', shown);
  });
  document.querySelectorAll('textarea').forEach(area => { area.value = area.textContent = cover(area.value); });
  document.querySelectorAll('*').forEach(element => {
    for (const { name, value } of [...element.attributes])
      if (cover(value) !== value) element.setAttribute(name, cover(value));
  });
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_COMMENT);
  while (walker.nextNode()) walker.currentNode.data = cover(walker.currentNode.data);
}`;

/** Passwords, card data and the given secrets are blanked. It never hides the failure it is taken for. */
export async function takeSnapshot(page: Page, secrets: readonly string[]): Promise<Snapshot | Unseen> {
  try {
    await page.evaluate(`(${blank})(${JSON.stringify(secrets.filter(Boolean))})`);
    const screenshot = Buffer.from(await page.screenshot({ type: 'jpeg', quality: 60 }));
    const { origin, pathname } = new URL(page.url());
    return { url: origin + pathname, screenshot, html: (await page.content()).slice(0, htmlMax) };
  } catch (error) {
    return { missing: isPageLost(error) ? 'the page is gone' : `the page could not be kept: ${String(error)}` };
  }
}
