import type { FeedKind } from '../../../domain/feed.ts';
import { Feed } from '../../../store/entities/feed.ts';
import { openPlatformFeeds } from '../../../store/events/feeds.ts';
import type { Context } from '../../../workers/context/context.ts';
import { createStage, type Goods, type Seller, type Stage } from '../../support/stage.ts';
import { fromNow, performWith, placeOnEbay, placeOnMercadoLibre, rows } from '../workbench.ts';

export const minuteMs = 60_000;

/** A seller whose sales nobody tells of, and the feeds that find them. */
export type FeedBench = AsyncDisposable & {
  readonly stage: Stage;
  readonly seller: Seller;
  readonly goods: Goods;
  /** Somebody new, with nothing found yet. */
  next(): Promise<void>;
  feed(kind: FeedKind): Promise<Feed>;
  /** One run, in five minutes unless told otherwise: what happens now has settled by then. */
  read(kind: FeedKind, now?: Date, providers?: Partial<Context['providers']>): Promise<string>;
  sellOnEbay(change?: { paymentStatus?: string }): Promise<string>;
  sellOnMercadoLibre(change?: { status?: string }): Promise<string>;
  fault(provider: string, operation: string, change?: object): Promise<unknown>;
  setCursor(kind: FeedKind, at: Date, startedAt?: Date): Promise<unknown>;
  /** How many imports are left to do. */
  imports(): number;
};

export async function openFeedBench(): Promise<FeedBench> {
  const stage = await createStage();
  await stage.store.transaction(em => openPlatformFeeds(em, ['sandbox/paypal-client']));
  let seller = await stage.hireSeller();
  let goods: Record<'ebay' | 'mercadolibre', Goods>;

  const feed = (kind: FeedKind) => {
    const ids = [seller.ebay.id, seller.mercadolibre.id];
    const credentialId = kind === 'paypal-events' ? null : { $in: ids };
    return stage.store.read(em => em.findOneOrFail(Feed, { kind, credentialId }));
  };

  const bench: FeedBench = {
    stage,
    get seller() {
      return seller;
    },
    get goods() {
      return goods.ebay;
    },
    async next() {
      await fetch(`${stage.sandboxUrl}/_control/faults`, { method: 'DELETE' });
      seller = await stage.hireSeller();
      goods = {
        ebay: await stage.stockUp(seller, { listedOn: 'ebay' }),
        mercadolibre: await stage.stockUp(seller, { listedOn: 'mercadolibre' }),
      };
      stage.jobs.length = 0;
    },
    feed,
    read: async (kind, now = fromNow(5 * minuteMs), providers = {}) =>
      performWith(stage, { now, providers }, 'reconcile', (await feed(kind)).id),
    sellOnEbay: (change = {}) =>
      placeOnEbay(stage, seller, { lines: [{ goods: goods.ebay, totalMinor: 2_999 }], ...change }),
    sellOnMercadoLibre: (change = {}) =>
      placeOnMercadoLibre(stage, seller, {
        goods: goods.mercadolibre,
        unitPriceMinor: 29_990,
        saleFeeMinor: 4_169,
        ...change,
      }),
    fault: (provider, operation, change = {}) =>
      stage.control('faults', { provider, operation, kind: 'status', status: 503, times: 1, ...change }),
    async setCursor(kind, at, startedAt = at) {
      const { id } = await feed(kind);
      return rows(stage, 'update feeds set cursor_at = ?, started_at = ? where id = ?', [at, startedAt, id]);
    },
    imports: () => stage.jobs.filter(({ queue }) => queue === 'import-order').length,
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
  await bench.next();
  return bench;
}
