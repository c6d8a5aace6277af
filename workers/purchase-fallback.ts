/**
 * Buys on the supplier's website what cannot be bought through its API. The click is the one effect without a key:
 *
 *   prepare (can be left and begun again) ──► CLICKING is committed ──► the click ──► order number
 *
 * After CLICKING nothing is clicked again for this order by itself, whatever happens: the account's list of orders
 * shows the number, or a person decides.
 */
import { platformCurrency } from '../domain/fees.ts';
import { formatMoney, isGreater } from '../domain/money.ts';
import { invariant } from '../domain/outcome.ts';
import { shippingFields } from '../providers/aliexpress/address-rules.ts';
import { isInDoubt, standingEffect, withdrawUnsent } from '../store/effects.ts';
import type { Order, SupplierOrder } from '../store/entities/order.ts';
import type { Credential } from '../store/entities/people.ts';
import { maxCostOf } from '../store/orders.ts';
import { findProduct } from '../store/products.ts';
import { stopsBuying } from './before-buying.ts';
import { Obstacle } from './browser/obstacle.ts';
import type { AddressFields } from './browser/pages/address.ts';
import type { Wanted } from './browser/pages/item.ts';
import { prepare } from './browser/prepare.ts';
import { obstructed, type Stay, visitShop, whoBuys } from './browser-visit.ts';
import { click, findClicked } from './click.ts';
import type { Context, Processor } from './context.ts';
import { followPurchase, supplierOrders } from './follow-purchase.ts';
import { orderStep } from './order-step.ts';
import { readOnWebsite } from './supplier-order-page.ts';

export const purchaseFallback: Processor<'orderId'> = ({ orderId }, ctx) =>
  orderStep(ctx, { queue: 'purchase-fallback', id: orderId, from: ['PURCHASING', 'WAITING'] }, async order => {
    const placed = await supplierOrders(ctx, order);
    const earlier = await ctx.store.read(em => standingEffect(em, 'buy', order.id));
    const clicked = placed.length > 0 || isInDoubt(earlier);
    const stopped = placed.length > 0 ? undefined : await stopsBuying(ctx, order, earlier);
    if (stopped) return stopped;
    const buyer = await whoBuys(ctx, order, { clicked });
    if ('waits' in buyer) return buyer.waits;
    const { credential } = buyer;
    if (isInDoubt(earlier)) await findClicked(ctx, order, credential);
    return clicked ? follow(ctx, order, credential) : buy(ctx, order, credential);
  });

async function buy(ctx: Context, order: Order, credential: Credential): Promise<string> {
  try {
    const stay = await visitShop(ctx, order, credential, async stay => {
      await buyInShop(ctx, order, credential, stay);
      return followPurchase(ctx, order, await supplierOrders(ctx, order), row => readOnWebsite(stay.visit, row));
    });
    return typeof stay === 'string' ? stay : stay.busy;
  } catch (error) {
    if (error instanceof Obstacle) return obstructed(ctx, order, credential, error);
    throw error;
  }
}

async function buyInShop(ctx: Context, order: Order, credential: Credential, { visit, step }: Stay): Promise<void> {
  const { wanted, address } = await wantedBy(ctx, order);
  const { total, before, button } = await prepare(visit, wanted, address, step);
  if (total.currency !== platformCurrency)
    throw new Obstacle('LAYOUT_UNKNOWN', `the shop counts in ${total.currency}, not in ${platformCurrency}`);
  const most = maxCostOf(order);
  if (isGreater(total, most))
    throw new Obstacle('PRICE_ROSE', `${formatMoney(total)} is asked; at most ${formatMoney(most)} may be paid`);
  await ctx.store.transaction(em => withdrawUnsent(em, 'buy', order.id));
  await step('clicking');
  await click(ctx, order, credential, { visit, step }, { wanted, address, total, before, button });
}

async function wantedBy(ctx: Context, order: Order): Promise<{ wanted: Wanted; address: AddressFields }> {
  const { productId, shipTo, quantity } = order;
  invariant(productId && shipTo, `order ${order.id} is ready to be bought`);
  const product = await ctx.store.read(em => findProduct(em, productId));
  invariant(product, `product ${productId} exists`);
  const wanted = { productId: product.supplierProductId, skuId: product.supplierSkuId, quantity };
  return { wanted, address: shippingFields(shipTo) };
}

/** Reads what was bought on the website, until it is paid. */
async function follow(ctx: Context, order: Order, credential: Credential): Promise<string> {
  const rows = await supplierOrders(ctx, order);
  const news = await visitShop(ctx, order, credential, async ({ visit, step }) => {
    await step('order-detail');
    const read = new Map<string, Awaited<ReturnType<typeof readOnWebsite>>>();
    for (const row of rows) read.set(row.id, await readOnWebsite(visit, row));
    return (row: SupplierOrder) => read.get(row.id) ?? Promise.reject(new Error(`${row.number} was not read`));
  });
  return 'busy' in news ? news.busy : followPurchase(ctx, order, rows, async row => news(row));
}
