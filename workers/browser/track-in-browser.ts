import { invariant } from '../../domain/call-outcome.ts';
import { buyerAccountState } from '../../store/connections/shop-accounts.ts';
import type { Order, SupplierOrder } from '../../store/entities/order.ts';
import { isCancelled, isSeenByPerson, purchaseOrdersOf } from '../../store/orders/supplier-orders.ts';
import { noteOnce } from '../../store/orders/timeline.ts';
import type { Context, Processor } from '../context/context.ts';
import { accountOf, type SupplierReader } from '../purchase/supplier-reader.ts';
import { followParcels, trackedIn } from '../shipment/track-shipment.ts';
import { orderStep, recheck } from '../step/order-step.ts';
import { stopAccount } from './handle-obstacle.ts';
import { Obstacle } from './obstacle.ts';
import { readOnWebsite, type WebsiteNews } from './supplier-order-page.ts';
import { visitShop } from './visit-shop.ts';

/** As `track-shipment`, on the website: orders placed there are visible only there. */
export const trackInBrowser: Processor<'orderId'> = ({ orderId }, ctx) =>
  orderStep(ctx, { queue: 'track-in-browser', id: orderId, from: trackedIn }, async order => {
    const rows = (await ctx.store.read(em => purchaseOrdersOf(em, order.id))).filter(
      row => !isCancelled(row) && !isSeenByPerson(row),
    );
    const reader = await readPages(ctx, order, rows);
    return 'unread' in reader ? reader.unread : followParcels(ctx, order, reader);
  });

async function readPages(
  ctx: Context,
  order: Order,
  rows: readonly SupplierOrder[],
): Promise<SupplierReader | { unread: string }> {
  const unseen = async (why: string) => {
    const text = `nothing is known of the parcels: ${why}`;
    await ctx.store.transaction(em => noteOnce(em, order.id, 'tracking-obstacle', text));
    return { unread: await recheck(ctx, order, ctx.config.trackingPollMs, { note: text }) };
  };
  const [first] = rows;
  if (!first) return readerOf(new Map());
  const credential = await accountOf(ctx, first);
  const { health } = await ctx.store.read(em => buyerAccountState(em, credential));
  if (health !== 'healthy' || !ctx.shop) return unseen('the browser log-in stands still');
  try {
    const seen = await visitShop(ctx, order, credential, async ({ visit }) => {
      const pages = new Map<string, WebsiteNews>();
      for (const row of rows) pages.set(row.number, await readOnWebsite(visit, row));
      return pages;
    });
    return 'busy' in seen ? { unread: seen.busy } : readerOf(seen);
  } catch (error) {
    if (!(error instanceof Obstacle)) throw error;
    // The goods are on their way although we cannot follow them: the order is not stopped.
    await stopAccount(ctx, credential, error.kind);
    return unseen(error.kind);
  }
}

function readerOf(pages: ReadonlyMap<string, WebsiteNews>): SupplierReader {
  const pageOf = (row: SupplierOrder): WebsiteNews => {
    const page = pages.get(row.number);
    invariant(page, `the page of ${row.number} was read`);
    return page;
  };
  return { order: async row => pageOf(row).news, parcels: async row => pageOf(row).parcels };
}
