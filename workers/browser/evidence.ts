import type { Page } from 'puppeteer';

/** The page as it was left, for whoever has to decide. */
export type Snapshot = { readonly url: string; readonly screenshot: Buffer; readonly html: string };

const htmlMax = 200_000;

/** Runs in the page: what nobody needs to see again is blanked before it is photographed. */
const blank = `secrets => {
  const cover = text => secrets.reduce((rest, secret) => rest.replaceAll(secret, '•••'), text)
    .replace(/\\b\\d{4}[ -]\\d{4}[ -]\\d{4}[ -]\\d{1,7}\\b/g, '•••• •••• •••• ••••');
  document.querySelectorAll('script, style, noscript, link').forEach(element => element.remove());
  document.querySelectorAll('input').forEach(input => {
    const secret = input.type === 'password' || input.type === 'hidden' || input.autocomplete.startsWith('cc-');
    input.value = secret ? '•••' : cover(input.value);
    input.setAttribute('value', input.value);
  });
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) walker.currentNode.data = cover(walker.currentNode.data);
}`;

/** Passwords, card data and the given secrets are blanked. Nothing when the page is gone. */
export async function takeSnapshot(page: Page, secrets: readonly string[]): Promise<Snapshot | undefined> {
  try {
    await page.evaluate(`(${blank})(${JSON.stringify(secrets.filter(Boolean))})`);
    const screenshot = Buffer.from(await page.screenshot({ type: 'jpeg', quality: 60 }));
    const { origin, pathname } = new URL(page.url());
    return { url: origin + pathname, screenshot, html: (await page.content()).slice(0, htmlMax) };
  } catch {
    return undefined; // the browser is gone, and with it what could be seen
  }
}
