import type { Browser } from 'puppeteer';
import type { ShopSite } from './shop-site.ts';

export type SiteGuard = {
  /** Lets this shop pass from now on, and no other; what was refused before is forgotten. */
  begin(site: ShopSite): void;
  /** Where a window was led that is not the shop, since `begin`. A frame in a page does not count. */
  ledTo(): Promise<string | undefined>;
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
  guard.catch(() => guards.delete(browser)); // whoever waits for it is told; the next one tries again
  guards.set(browser, guard);
  return guard;
}

async function placeGuard(browser: Browser): Promise<SiteGuard> {
  const session = await browser.target().createCDPSession();
  let site: ShopSite | undefined;
  let refused: { url: string; isWindow: Promise<boolean> }[] = [];
  // A window's first frame has the window's id. Asked before the answer: a window may be closed after it.
  const isWindow = (targetId: string): Promise<boolean> =>
    session.send('Target.getTargetInfo', { targetId }).then(
      ({ targetInfo }) => targetInfo.type === 'page',
      () => false,
    );
  session.on('Fetch.requestPaused', ({ requestId, resourceType, frameId, request: { url } }) => {
    const isDocument = resourceType === 'Document';
    const passes = (isDocument ? site?.has(url) : site?.mayLoad(url)) ?? false;
    if (isDocument && !passes) refused.push({ url, isWindow: isWindow(frameId) });
    const answer = passes
      ? session.send('Fetch.continueRequest', { requestId })
      : session.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' });
    answer.catch(() => undefined); // its page is gone; what got no answer does not leave
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
  return {
    begin(shop) {
      site = shop;
      refused = [];
    },
    async ledTo() {
      for (const { url, isWindow } of refused) if (await isWindow) return url;
      return undefined;
    },
  };
}
