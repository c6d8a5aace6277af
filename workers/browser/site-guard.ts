import type { Browser, Page } from 'puppeteer';
import type { ShopSite } from './allowed-sites.ts';

export type SiteGuard = {
  /** Lets this shop pass from now on, and no other, for a visit in this page; what was refused before is forgotten. */
  begin(site: ShopSite, page: Page): Promise<void>;
  /**
   * The first address outside the shop to which the page was led since `begin`; its frames and windows do not count.
   */
  ledTo(): string | undefined;
};

const guards = new WeakMap<Browser, Promise<SiteGuard>>();

/**
 * Refuses what would leave the shop, before it leaves: documents (where a page is led, and the forms that it sends) from
 * anywhere else, and whatever is fetched inside our network. It stands in front of the whole browser, so that windows,
 * frames and workers which a page opens pass it too. WebSockets do not: of those of a page over https the browser
 * itself refuses what is not encrypted, unless it goes to its own machine. Before the first shop nothing passes.
 */
export function guardOf(browser: Browser): Promise<SiteGuard> {
  const guard = guards.get(browser) ?? placeGuard(browser);
  guard.catch(() => guards.delete(browser)); // the callers that wait get the error; the next call tries again
  guards.set(browser, guard);
  return guard;
}

async function placeGuard(browser: Browser): Promise<SiteGuard> {
  const session = await browser.target().createCDPSession();
  let site: ShopSite | undefined;
  let visited: string | undefined;
  let ledTo: string | undefined;
  session.on('Fetch.requestPaused', ({ requestId, resourceType, frameId, request: { url } }) => {
    const isDocument = resourceType === 'Document';
    const passes = (isDocument ? site?.has(url) : site?.mayLoad(url)) ?? false;
    if (isDocument && !passes && frameId === visited) ledTo ??= url;
    const refuse = () => session.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' });
    // A forbidden request is refused, because its page would wait for it until the deadline.
    const answer = passes ? session.send('Fetch.continueRequest', { requestId }).catch(refuse) : refuse();
    answer.catch(() => undefined); // its page is gone; what got no answer does not leave
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
  return {
    async begin(shop, page) {
      visited = await firstFrameOf(page);
      site = shop;
      ledTo = undefined;
    },
    ledTo: () => ledTo,
  };
}

/** A window's first frame has the window's id. */
async function firstFrameOf(page: Page): Promise<string> {
  const session = await page.createCDPSession();
  const { targetInfo } = await session.send('Target.getTargetInfo');
  await session.detach();
  return targetInfo.targetId;
}
