import { findChromium, NoChromium } from '../../runtime/chromium/find-chromium.ts';
import type { WorkerConfig } from '../../runtime/config.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { SecretBox } from '../../runtime/secrets/secret-box.ts';
import type { Store } from '../../store/database/open.ts';
import type { Shop } from '../context/shop-visit.ts';
import { openBrowserPool } from './pool.ts';
import { createShop } from './shop.ts';

export type OpenShop = { shop: Shop; close(): Promise<void> };

/** Before its pages are closed under them, purchases get this long to come to their end. */
const graceMs = 8_000;

/** The supplier's website, for this process; nothing when no Chromium here can be used, which the log says. */
export async function openShop(
  config: WorkerConfig,
  store: Store,
  box: SecretBox,
  log: Logger,
): Promise<OpenShop | undefined> {
  try {
    const chromium = await findChromium(config.chromePath);
    const { executablePath, passedOver } = chromium;
    if (passedOver.length > 0)
      log.warn({ passedOver, executablePath }, 'a Chromium that cannot be used: taking another');
    const onStartFailure = (err: Error) => log.error({ err, executablePath }, 'Chromium does not start: trying again');
    const pool = await openBrowserPool({ chromium, slots: config.browserPages, onStartFailure });
    log.info({ executablePath, pages: config.browserPages }, 'browser pool ready');
    const shop = createShop({ pool, baseUrl: config.aliexpress.shopUrl, store, box });
    return { shop, close: () => pool.close(graceMs) };
  } catch (error) {
    if (!(error instanceof NoChromium)) throw error;
    log.error({ reason: error.message }, 'no browser here: the queue purchase-fallback is not served by this process');
    return undefined;
  }
}
