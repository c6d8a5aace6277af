import { refusalIn } from '../../domain/call-outcome.ts';
import { dayMs } from '../../domain/durations.ts';
import { platformCurrency } from '../../domain/fees.ts';
import { formatMoney, isGreater, type Money } from '../../domain/money.ts';
import { advance } from '../../queues/transact.ts';
import { findListing, findProduct } from '../../store/catalogue/products.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { standingEffect } from '../../store/effects/effects.ts';
import type { Order } from '../../store/entities/order.ts';
import type { Product } from '../../store/entities/people.ts';
import { boughtSince, type Reserved, reserve } from '../../store/money/funding.ts';
import { freshRate, isRateHeld, type StoredRate } from '../../store/money/fx.ts';
import { isLeftKnown } from '../../store/money/left-of-sale.ts';
import { updateOrder } from '../../store/orders/orders.ts';
import { note } from '../../store/orders/timeline.ts';
import { type Payer, shortageText, withBalance } from '../connections/payer-balance.ts';
import type { Context, Processor } from '../context/context.ts';
import { nextAddressLook, readAddress } from '../marketplace/refetch-address.ts';
import { fail, move, orderStep, recheck, tooLate, wait } from '../step/order-step.ts';
import { lateness } from '../step/purchase-deadline.ts';
import { allowedCost, spendCap } from './allowed-cost.ts';
import { missingBuyer } from './missing-buyer.ts';
import { stopFrozen } from './pre-purchase-check.ts';
import { destinationOf } from './supplier-address.ts';
import { oldestRate } from './supplier-prices.ts';

/** Lets a paid order through to the purchase, or makes it wait, or fails it. */
export const fulfill: Processor<'orderId'> = ({ orderId }, ctx) =>
  orderStep(ctx, { queue: 'fulfill', id: orderId, from: ['PAID', 'WAITING'] }, async order => {
    if (await isBought(ctx, order))
      return move(ctx, order, { to: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION', note: boughtNote });
    if (order.frozenFor && order.frozenFor !== 'CANCELLATION_ASKED') return stopFrozen(ctx, order, null);
    const late = await lateness(ctx, order);
    if (late) return tooLate(ctx, order, late);
    const missing = await missingBuyer(ctx, order);
    if (missing) return wait(ctx, order, missing.reason, { note: missing.note });
    const hold = holdUntil(ctx, order);
    if (hold) return wait(ctx, order, 'HOLD', { until: hold, note: 'the buyer may still cancel' });

    const product = await mappedProduct(ctx, order);
    if (!product)
      return wait(ctx, order, 'LISTING_NOT_MAPPED', { note: `map listing ${order.listingId} to one of your products` });

    if (order.buyerErasedAt) return move(ctx, order, { to: 'NEEDS_REVIEW', reason: 'BUYER_ERASED', note: erasedNote });
    if (!order.shipTo && !(await addressArrived(ctx, order)))
      return wait(ctx, order, 'ADDRESS_MISSING', {
        note: 'the sale channel has given no address to ship to',
        until: nextAddressLook(ctx, order),
      });
    const refused = await addressRefusal(ctx, order);
    if (refused) return wait(ctx, order, 'ADDRESS_INVALID', { note: refused, also: noteRefusalAgain(order, refused) });

    const rate = await currentRate(ctx, order);
    if (!rate) return wait(ctx, order, 'FX_RATE_MISSING', { note: await rateMissing(ctx, order) });

    const maxCost = await allowedCost(ctx, order, product, rate);
    // A loss is no loss as long as nobody knows how much is left: news of the amount, or the time to buy, ends it.
    if (maxCost.amountMinor <= 0n && !(await ctx.store.read(em => isLeftKnown(em, order))))
      return recheck(ctx, order, ctx.config.waitRecheckMs, {
        note: 'money went back, and it is not known yet how much',
      });
    if (maxCost.amountMinor <= 0n)
      return fail(ctx, order, 'UNPROFITABLE', { note: 'its fees use up all that is left of the sale' });
    if (isGreater(maxCost, spendCap(ctx)))
      return wait(ctx, order, 'ORDER_ABOVE_CAP', {
        note: `it may cost ${formatMoney(maxCost)}, and the limit for one order is ${ctx.config.maxOrderSpendUsd} ${platformCurrency}`,
      });
    return letThrough(ctx, order, product, rate, maxCost);
  });

/** Whether goods were bought already: then nothing more is bought, however the order came here. */
const isBought = async (ctx: Context, { id }: Order): Promise<boolean> =>
  (await ctx.store.read(em => standingEffect(em, 'buy', id)))?.status === 'DONE';

const boughtNote = 'its goods are ordered already: nothing more is bought';

const erasedNote = 'its buyer was erased: refund the sale';

async function addressArrived(ctx: Context, order: Order): Promise<boolean> {
  const shipTo = await readAddress(ctx, order);
  if (!shipTo) return false;
  await ctx.store.transaction(async em => {
    await updateOrder(em, order, { shipTo });
    await note(em, order.id, 'noted', 'the sale channel gives the address now');
  });
  return true;
}

function holdUntil(ctx: Context, order: Order): Date | undefined {
  const until = (order.paidAt ?? order.createdAt).getTime() + ctx.config.orderHoldMinutes * 60_000;
  return until > ctx.now().getTime() ? new Date(until) : undefined;
}

async function mappedProduct(ctx: Context, order: Order): Promise<Product | null> {
  return ctx.store.read(async em => {
    if (order.productId) return findProduct(em, order.productId);
    if (!order.credentialId || !order.listingId) return null;
    const listing = await findListing(em, order.credentialId, order.listingId, order.variationId);
    return listing && findProduct(em, listing.productId);
  });
}

/** Why the supplier would refuse the address; checked before any money is reserved. */
const addressRefusal = async (ctx: Context, order: Order): Promise<string | undefined> =>
  (await destinationOf(ctx, order).then(() => undefined, refusalIn))?.message;

/** A corrected address that is refused too: the timeline says why, although the wait's reason is the same. */
const noteRefusalAgain =
  ({ id, waitReason }: Order, refused: string) =>
  async (em: EntityManager): Promise<void> => {
    if (waitReason === 'ADDRESS_INVALID') await note(em, id, 'noted', refused);
  };

const currentRate = (ctx: Context, order: Order): Promise<StoredRate | null> =>
  ctx.store.read(em => {
    const notBefore = oldestRate(ctx);
    return freshRate(em, platformCurrency, order.saleCurrency, { notBefore, now: ctx.now() });
  });

async function rateMissing(ctx: Context, { saleCurrency }: Order): Promise<string> {
  const pair = `${platformCurrency}/${saleCurrency}`;
  const held = await ctx.store.read(em => isRateHeld(em, platformCurrency, saleCurrency, oldestRate(ctx)));
  const why = held ? ': a newer one jumped, and an admin must confirm it' : '';
  return `no ${pair} rate younger than ${ctx.config.fxMaxAgeHours} h${why}`;
}

type Verdict = Reserved | { reserved: false; limit: string };

async function letThrough(
  ctx: Context,
  order: Order,
  product: Product,
  rate: StoredRate,
  maxCost: Money,
): Promise<string> {
  const payer: Payer = {
    ownerId: order.supplierPaidBy === 'reseller' ? order.userId : null,
    provider: 'paypal',
    read: () => ctx.providers.paypal.getBalances({ signal: ctx.signal }),
  };
  const facts = {
    productId: product.id,
    fxRate: rate.rate,
    fxSource: rate.source,
    fxAsOf: rate.asOf,
    maxCostMinor: maxCost.amountMinor,
  };
  const verdict = await withBalance<Verdict>(ctx, payer, async (em, enqueue) => {
    const limit = await exceededLimit(ctx, em, order, maxCost);
    if (limit) return { reserved: false, limit };
    const { userId, id: subject } = order;
    const held = await reserve(em, { ownerId: payer.ownerId, purpose: 'buy', subject, userId, amount: maxCost });
    if (held.reserved)
      await advance(em, enqueue, order, { to: 'PURCHASING', note: `${formatMoney(maxCost)} reserved` }, facts);
    return held;
  });
  if (verdict.reserved) return `PURCHASING: ${formatMoney(maxCost)} reserved`;
  if ('limit' in verdict) return wait(ctx, order, 'DAILY_LIMIT_REACHED', { until: tomorrow(ctx), note: verdict.limit });
  const note = `${formatMoney(maxCost)} needed, ${shortageText(verdict)}`;
  return wait(ctx, order, 'FAILED_INSUFFICIENT_FUNDS', { note });
}

async function exceededLimit(ctx: Context, em: EntityManager, order: Order, cost: Money): Promise<string | undefined> {
  const { maxDailyOrders, maxDailySpendUsd } = ctx.config;
  const today = await boughtSince(em, order.userId, startOfDay(ctx));
  if (today.orders >= maxDailyOrders) return `${maxDailyOrders} orders were bought today`;
  if (today.spend.amountMinor + cost.amountMinor > BigInt(maxDailySpendUsd) * 100n)
    return `${formatMoney(today.spend)} were spent today, and ${maxDailySpendUsd} is the limit`;
  return undefined;
}

const startOfDay = ({ now }: Context): Date => new Date(now().setUTCHours(0, 0, 0, 0));
const tomorrow = (ctx: Context): Date => new Date(startOfDay(ctx).getTime() + dayMs);
