import type { Page } from 'puppeteer';
import type { Snapshot, Unseen } from '../context/shop-visit.ts';
import { isPageLost } from './page-lost.ts';

const htmlMax = 200_000;

/** Four groups, or four, six and five digits. */
const cardNumber = /\b(?:\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,7}|\d{4}[ -]\d{6}[ -]\d{5})\b/g;
const blankedCard = '•••• •••• •••• ••••';

/** Blanks secrets before the page is photographed. @returns the page's HTML */
const blank = `secrets => {
  const cover = text => secrets.reduce((rest, secret) => rest.replaceAll(secret, '•••'), text)
    .replace(${cardNumber}, '${blankedCard}');
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
  return document.documentElement.outerHTML;
}`;

/**
 * Passwords, card data and the given secrets are blanked, in the picture and in the text. The page learns none of them:
 * its scripts may have replaced every function there is. A failed snapshot never hides the failure for which it was
 * taken.
 */
export async function takeSnapshot(page: Page, secrets: readonly string[]): Promise<Snapshot | Unseen> {
  const given = secrets.filter(Boolean);
  try {
    const html = await evaluateApart(page, `(${blank})(${JSON.stringify(given)})`);
    const screenshot = Buffer.from(await page.screenshot({ type: 'jpeg', quality: 60 }));
    const { origin, pathname } = new URL(page.url());
    return { url: origin + pathname, screenshot, html: withoutSecrets(html, given).slice(0, htmlMax) };
  } catch (error) {
    return { missing: isPageLost(error) ? 'the page is gone' : `the page could not be kept: ${String(error)}` };
  }
}

/** Evaluates in a world of its own, which sees the page's elements and none of its scripts, and is not seen by them. */
async function evaluateApart(page: Page, expression: string): Promise<string> {
  const session = await page.createCDPSession();
  try {
    const { frameTree } = await session.send('Page.getFrameTree');
    const world = { frameId: frameTree.frame.id, worldName: 'evidence' };
    const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', world);
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', { contextId, expression });
    if (exceptionDetails)
      throw new Error((exceptionDetails.exception?.description ?? exceptionDetails.text).split('\n')[0]);
    return String(result.value);
  } finally {
    await session.detach().catch(() => undefined); // it is gone with its page
  }
}

/** Once more in the text, where a page may hold what is in none of its elements, such as in a template. */
function withoutSecrets(html: string, secrets: readonly string[]): string {
  const written = secrets.flatMap(waysToWrite);
  return written.reduce((rest, text) => rest.replaceAll(text, '•••'), html).replace(cardNumber, blankedCard);
}

/** A text as HTML may hold it: plain (in a script), between tags, or in an attribute. */
function waysToWrite(text: string): string[] {
  const between = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const inAttribute = text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return [text, between, inAttribute, between.replaceAll('"', '&quot;')];
}
