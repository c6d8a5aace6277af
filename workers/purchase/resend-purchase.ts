/**
 * The only way to find a purchase whose answer was lost is to send it again: AliExpress offers no look-up. If the first
 * request did nothing, the second one buys. So it is checked like a first one: the sale must still be valid at its
 * channel, and the frozen request must not cost more now than is allowed.
 */

import { invariant, Uncertain } from '../../domain/call-outcome.ts';
import { formatMoney, isGreater, min } from '../../domain/money.ts';
import { ordered } from '../../providers/aliexpress/order.ts';
import { findProduct } from '../../store/catalogue/products.ts';
import type { Hindrance } from '../../store/effects/intent.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Order } from '../../store/entities/order.ts';
import { maxCostOf, rateOf } from '../../store/orders/orders.ts';
import type { Context } from '../context/context.ts';
import { readSaleNow } from '../marketplace/recheck-sale.ts';
import { lateNote } from '../step/purchase-deadline.ts';
import { allowedCost, spendCap } from './allowed-cost.ts';
import { type AskSupplier, presentPrice } from './choose-offer.ts';

/** A cancellation is requested at the marketplace: nothing is sent before it is decided. */
export class SaleUndecided extends Uncertain {
  constructor(note: string) {
    super('SALE_UNDECIDED', note);
  }
}

/** Why the frozen request may not be sent again. @throws SaleUndecided, and failures of the channel or the supplier */
export async function purchaseMayLeaveAgain(
  ctx: Context,
  ask: AskSupplier,
  order: Order,
  effect: Effect,
): Promise<Hindrance | undefined> {
  const late = lateNote(ctx, order);
  if (late) return { note: late };
  if (order.buyerErasedAt) return { note: 'its buyer was erased' };
  const sale = await readSaleNow(ctx, order);
  if (sale.state === 'undecided') throw new SaleUndecided(sale.note);
  if (sale.state !== 'open') return { note: sale.note };
  return tooExpensive(ctx, ask, order, effect);
}

/** Goods that the supplier no longer offers cannot be bought: then the request can only find the earlier purchase. */
async function tooExpensive(
  ctx: Context,
  ask: AskSupplier,
  order: Order,
  { request }: Effect,
): Promise<Hindrance | undefined> {
  const { items, shipTo } = ordered(request);
  const [item, ...others] = items;
  const { productId } = order;
  invariant(item && others.length === 0 && productId, `order ${order.id} was ordered as one item`);
  const product = await ctx.store.read(em => findProduct(em, productId));
  invariant(product, `product ${productId} exists`);
  const price = await presentPrice(ctx, ask, { product, item, shipTo });
  if ('notOffered' in price) return undefined;
  if ('unknown' in price) return { note: `its present price is not known: ${price.unknown}` };
  const allowed = await allowedCost(ctx, order, product, rateOf(order));
  const most = min(min(maxCostOf(order), allowed), spendCap(ctx));
  if (!isGreater(price.total, most)) return undefined;
  return { note: `the supplier asks ${formatMoney(price.total)} now, the most allowed is ${formatMoney(most)}` };
}
