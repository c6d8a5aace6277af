import { randomInt } from 'node:crypto';
import { findChromium } from '../../runtime/chromium/find-chromium.ts';
import { keepBrowserLogin } from '../../store/connections/browser-login.ts';
import type { Credential } from '../../store/entities/people.ts';
import { evidenceOf } from '../../store/orders/evidence.ts';
import { timelineOf } from '../../store/orders/timeline.ts';
import { type BrowserPool, openBrowserPool, type PoolOptions } from '../../workers/browser/pool.ts';
import { purchaseFallback } from '../../workers/browser/purchase-fallback.ts';
import { createShop } from '../../workers/browser/shop.ts';
import type { Context } from '../../workers/context/context.ts';
import {
  createStage,
  type Goods,
  type SandboxEffect,
  type Seller,
  type Stage,
  type StartSandbox,
} from '../support/stage.ts';

/** A reseller who has no API connection, only a log-in on the website. */
export type Shopper = { seller: Seller; credential: Credential; email: string };

export type Shopping = AsyncDisposable & {
  readonly stage: Stage;
  readonly pool: BrowserPool;
  readonly context: Context;
  hireShopper(supplier?: 'platform' | 'reseller'): Promise<Shopper>;
  /** What stands in the shopper's way on the website. */
  mood(shopper: Shopper, mood: object): Promise<void>;
  /** A paid order that the browser is to buy. */
  orderFor(shopper: Shopper, options?: Parameters<Stage['stockUp']>[1]): Promise<{ id: string; goods: Goods }>;
  buy(id: string, changes?: Partial<Context>): Promise<string>;
  /** An hour later. Then the clock goes back, which no clock does: the log-in is free again all the same. */
  buyLate(id: string): Promise<string>;
  bought(id: string): Promise<SandboxEffect[]>;
  notes(id: string): Promise<string[]>;
  evidence(id: string): ReturnType<typeof evidenceOf>;
};

const hourMs = 3_600_000;

/** Cheap, always there, and first on the page: whoever does not look buys it. */
const otherSku = '12000000000000001';

const settings = { ALLOW_BROWSER_AUTOMATION: 'true', BROWSER_PACE_MS: '0', MAX_DAILY_ORDERS: '100000' };

/** The road with a real Chromium on the sandbox's shop. */
export async function goShopping({
  slots = 1,
  tasksPerBrowser,
  sandbox,
}: Partial<Pick<PoolOptions, 'slots' | 'tasksPerBrowser'>> & { sandbox?: StartSandbox } = {}): Promise<Shopping> {
  await using opened = new AsyncDisposableStack();
  const stage = opened.use(await createStage(settings, sandbox));
  const chromium = await findChromium(process.env.CHROME_PATH);
  const pool = await openBrowserPool({ chromium, slots, ...(tasksPerBrowser ? { tasksPerBrowser } : {}) });
  opened.defer(() => pool.close(1_000));
  const { store, box, config } = stage.context;
  const shop = createShop({ pool, baseUrl: config.aliexpress.shopUrl, store, box });
  const context: Context = { ...stage.context, shop };
  const resources = opened.move();

  return {
    stage,
    pool,
    context,

    async hireShopper(supplier = 'platform') {
      const seller = await stage.hireSeller({ supplier: null });
      const email = `buyer-${randomInt(1e9)}@example.com`;
      const password = `pass-${randomInt(1e9)}`;
      const name = supplier === 'platform' ? `platform-${email}` : email;
      await stage.control('shop-accounts', { name, email, password });
      const login = { userId: seller.id, environment: config.aliexpress.environment, email, password } as const;
      const credential = await store.transaction(em => keepBrowserLogin(em, box, { ...login, moneyHolder: supplier }));
      return { seller, credential, email };
    },

    mood: async ({ email }, mood) => void (await stage.control('shop-mood', { email, ...mood })),

    async orderFor({ seller, credential }, options) {
      const goods = await stage.stockUp(seller, options);
      await stage.control('products', {
        productId: goods.supplierProductId,
        skus: [
          { skuId: otherSku, skuAttr: '14:29#Red', priceMinor: '100', stock: 50 },
          {
            skuId: goods.skuId,
            skuAttr: '14:173#Blue',
            priceMinor: `${options?.cost ?? 1_250n}`,
            stock: options?.stock ?? 10,
          },
        ],
        shippingFeeMinor: '199',
        ordersPerCreate: options?.ordersPerCreate ?? 1,
      });
      const { id } = await stage.checkout(goods);
      // What the API would have frozen into it: who pays is whoever owns the log-in.
      await store.transaction(em =>
        em.execute('update orders set supplier_paid_by = ? where id = ?', [credential.moneyHolder, id]),
      );
      for (const queue of ['capture-payment', 'fulfill', 'purchase'] as const) await stage.perform(queue, id);
      stage.jobs.length = 0;
      return { id, goods };
    },

    buy: (id, changes = {}) => purchaseFallback({ orderId: id }, { ...context, ...changes }),
    async buyLate(id) {
      const told = await stage.at(new Date(Date.now() + hourMs), () => purchaseFallback({ orderId: id }, context));
      await store.transaction(em => em.execute('update shop_accounts set leased_until = null'));
      return told;
    },

    async bought(id) {
      const rows = await store.read(em =>
        em.execute<{ number: string }[]>('select number from supplier_orders where order_id = ?', [id]),
      );
      const numbers = new Set(rows.map(({ number }) => number));
      return (await stage.effects('supplier-order')).filter(({ reference }) => numbers.has(reference));
    },

    notes: async id => (await store.read(em => timelineOf(em, id as never))).map(({ note }) => note),
    evidence: id => store.read(em => evidenceOf(em, id as never)),

    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
