import type { Page } from 'puppeteer';
import type { CredentialId } from '../../domain/ids.ts';
import type { SecretBox } from '../../runtime/secrets/secret-box.ts';
import {
  type Cookie,
  keepCookies,
  openShopSecrets,
  type ShopAccount,
  shopAccount,
} from '../../store/connections/shop-accounts.ts';
import type { Store } from '../../store/database/open.ts';
import type { Shop, Snapshot, Unseen } from '../context/shop-visit.ts';
import { shopSite } from './allowed-sites.ts';
import { takeSnapshot } from './evidence.ts';
import { Obstacle } from './obstacle.ts';
import { isPageLost } from './page-lost.ts';
import { open } from './pages/log-in.ts';
import type { BrowserPool } from './pool.ts';
import { guardOf, type SiteGuard } from './site-guard.ts';
import { foreignPage, isAbroad, isInShop, keepInShop } from './stay-in-shop.ts';

/** The supplier's website at `baseUrl`, seen through a pool of pages. */
export function createShop(options: { pool: BrowserPool; baseUrl: string; store: Store; box: SecretBox }): Shop {
  const { pool, store, box } = options;
  const site = shopSite(options.baseUrl);

  const accountOf = async (id: CredentialId): Promise<ShopAccount> => {
    const account = await store.read(em => shopAccount(em, id));
    if (!account) throw new Error(`credential ${id} has no browser log-in`);
    return account;
  };

  return {
    async visit({ credential, deadlineMs, signal, onTrouble }, task) {
      const account = await accountOf(credential.id);
      const { password, cookies } = openShopSecrets(box, account);
      const logIn = { email: credential.accountId, password };
      return pool.run(
        async page => {
          const guard = await guardOf(page.browser());
          await guard.begin(site, page);
          keepInShop(page, site);
          await page.browserContext().setCookie(...cookies);
          try {
            return await task({ page, open: path => open(page, site.baseUrl + path, logIn) });
          } catch (error) {
            const trouble = explain(error, guard);
            await onTrouble?.(trouble, await seen(page, [password, credential.accountId]));
            throw trouble;
          } finally {
            await keepSession(page, account);
          }
        },
        { deadlineMs, signal },
      );
    },
  };

  /** A session that cannot be read any more only costs another log-in. */
  async function keepSession(page: Page, account: ShopAccount): Promise<void> {
    const cookies = await page
      .browserContext()
      .cookies()
      .catch(() => undefined);
    if (!cookies) return;
    const kept = cookies.map(
      ({ name, value, domain, path, expires, secure, httpOnly = false, sameSite }): Cookie => ({
        ...{ name, value, domain, path, expires, secure, httpOnly },
        ...(sameSite ? { sameSite } : {}),
      }),
    );
    await store.transaction(em => keepCookies(em, box, account, kept));
  }
}

/** A page that was not let out of the shop looks lost, and shows nothing of where it was led. */
function explain(error: unknown, guard: SiteGuard): unknown {
  const isForeign = error instanceof Obstacle && error.kind === 'FOREIGN_PAGE';
  const foreign = isForeign || isPageLost(error) ? guard.ledTo() : undefined;
  return foreign === undefined ? error : foreignPage(foreign);
}

/** Nothing is kept of a page that is not the shop's: its content is not for us to read or to show. */
const seen = async (page: Page, secrets: readonly string[]): Promise<Snapshot | Unseen> =>
  isInShop(page) || page.isClosed()
    ? takeSnapshot(page, secrets)
    : { missing: isAbroad(page) ? 'the page is not the shop’s' : 'the browser shows no page' };
