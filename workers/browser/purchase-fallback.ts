/**
 * Buys on the supplier's website what cannot be bought through its API. The click is the one effect without a key:
 *
 *   prepare (can be left and begun again) ──► CLICKING is committed ──► the click ──► order number
 *
 * After CLICKING the program never clicks again for this order, whatever happens: the account's list of orders shows
 * the number, or a person decides.
 */

import { invariant, type Terminal } from '../../domain/call-outcome.ts';
import { platformCurrency } from '../../domain/fees.ts';
import { formatMoney, isGreater } from '../../domain/money.ts';
import { shippingFields } from '../../providers/aliexpress/address.ts';
import type { SupplierOrder as SupplierNews } from '../../providers/aliexpress/order.ts';
import { findProduct } from '../../store/catalogue/products.ts';
import { isInDoubt, standingEffect, withdrawUnsent } from '../../store/effects/effects.ts';
import type { Order, SupplierOrder } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import { maxCostOf } from '../../store/orders/orders.ts';
import { neverRead } from '../../store/orders/supplier-orders.ts';
import type { Context, Processor } from '../context/context.ts';
import { formerBuyer, presentBuyer } from '../purchase/browser-buyer.ts';
import { followPurchase, supplierOrders, whenMoneyIsBack } from '../purchase/follow-purchase.ts';
import { stopBeforeBuying } from '../purchase/pre-purchase-check.ts';
import { refusalMeaning } from '../purchase/purchase-refusal.ts';
import { destinationOf } from '../purchase/supplier-address.ts';
import { orderStep, wait } from '../step/order-step.ts';
import { handleObstacle, pausedBy } from './handle-obstacle.ts';
import { Obstacle } from './obstacle.ts';
import type { AddressFields } from './pages/address.ts';
import type { Wanted } from './pages/item.ts';
import { findPlacedOrder, placeOrderOnce } from './place-order-once.ts';
import { prepare } from './prepare.ts';
import { readOnWebsite } from './supplier-order-page.ts';
import { type Stay, visitShop } from './visit-shop.ts';

export const purchaseFallback: Processor<'orderId'> = ({ orderId }, ctx) =>
  orderStep(
    ctx,
    { queue: 'purchase-fallback', id: orderId, from: ['PURCHASING', 'WAITING'] },
    async order => {
      const placed = await supplierOrders(ctx, order);
      const earlier = await ctx.store.read(em => standingEffect(em, 'buy', order.id));
      const clicked = placed.length > 0 || isInDoubt(earlier);
      const stopped = placed.length > 0 ? undefined : await stopBeforeBuying(ctx, order, earlier);
      if (stopped) return stopped.ended;
      const buyer = clicked ? await formerBuyer(ctx, order, placed, earlier) : await presentBuyer(ctx, order);
      if ('waits' in buyer) return buyer.waits;
      const { credential } = buyer;
      if (clicked && placed.length === 0) await findPlacedOrder(ctx, order, credential);
      return inShop(ctx, order, credential, async stay => {
        if (!clicked) await buy(ctx, order, credential, stay);
        await stay.step('order-detail');
        const rows = await supplierOrders(ctx, order);
        const read = async (row: SupplierOrder) => seenFirst(row, (await readOnWebsite(stay.visit, row)).news);
        return followPurchase(ctx, order, rows, { read, pollMs: ctx.config.browserPollMs });
      });
    },
    addressRefused,
  );

async function inShop(
  ctx: Context,
  order: Order,
  credential: Credential,
  task: (stay: Stay) => Promise<string>,
): Promise<string> {
  try {
    const end = await visitShop(ctx, order, credential, task);
    return typeof end === 'string' ? end : end.busy;
  } catch (error) {
    if (!(error instanceof Obstacle)) throw error;
    // What the website says after the click is about its pages: the order is bought, or looked for.
    const effect = await ctx.store.read(em => standingEffect(em, 'buy', order.id));
    const mayBeBought = effect?.status === 'DONE' || isInDoubt(effect);
    return mayBeBought ? pausedBy(ctx, order, credential, error) : handleObstacle(ctx, order, credential, error);
  }
}

/** The website pays with the click: an order closed at the first look may have been paid, so a person checks. */
const seenFirst = (row: SupplierOrder, news: SupplierNews): SupplierNews & { doubt?: string } =>
  news.status === 'CANCELLED' && row.rawStatus === neverRead
    ? { ...news, doubt: `the click may have paid it. ${whenMoneyIsBack}` }
    : news;

/** Our own rules about addresses refuse it before the shop could. */
const addressRefused = (order: Order, refusal: Terminal, ctx: Context): Promise<string> =>
  refusalMeaning(refusal).kind === 'address'
    ? wait(ctx, order, 'ADDRESS_INVALID', { note: refusal.message })
    : Promise.reject(refusal);

async function buy(ctx: Context, order: Order, credential: Credential, stay: Stay): Promise<void> {
  const { wanted, address } = await wantedBy(ctx, order);
  const { total, before, button } = await prepare(stay.visit, wanted, address, stay.step);
  if (total.currency !== platformCurrency)
    throw new Obstacle('LAYOUT_UNKNOWN', `the shop counts in ${total.currency}, not in ${platformCurrency}`);
  const most = maxCostOf(order);
  if (isGreater(total, most))
    throw new Obstacle('PRICE_ROSE', `${formatMoney(total)} is asked; at most ${formatMoney(most)} may be paid`);
  await ctx.store.write(em => withdrawUnsent(em, 'buy', order.id));
  await stay.step('clicking');
  await placeOrderOnce(ctx, order, credential, stay, { wanted, address, total, before, button });
}

async function wantedBy(ctx: Context, order: Order): Promise<{ wanted: Wanted; address: AddressFields }> {
  const { productId, quantity } = order;
  invariant(productId, `order ${order.id} is ready to be bought`);
  const product = await ctx.store.read(em => findProduct(em, productId));
  invariant(product, `product ${productId} exists`);
  const wanted = { productId: product.supplierProductId, skuId: product.supplierSkuId, quantity };
  return { wanted, address: shippingFields(await destinationOf(ctx, order)) };
}
