import { formatMoney } from '../domain/money.ts';
import { invariant, type Terminal } from '../domain/outcome.ts';
import { jobForOrder } from '../queues/next-job.ts';
import { advance } from '../queues/transact.ts';
import { credentialOf } from '../store/credentials.ts';
import { isInDoubt, once, standingEffect, Unproven, withdrawUnsent } from '../store/effects.ts';
import type { Effect } from '../store/entities/money.ts';
import type { Order } from '../store/entities/order.ts';
import type { Credential } from '../store/entities/people.ts';
import { release } from '../store/funding.ts';
import type { EntityManager } from '../store/open.ts';
import { assertOwner, maxCostOf, updateOrder } from '../store/orders.ts';
import { findProduct } from '../store/products.ts';
import { keepSupplierOrders } from '../store/supplier-orders.ts';
import { note } from '../store/timeline.ts';
import { chooseOffer, type Offer } from './choose-offer.ts';
import { type Context, onceContext, type Processor } from './context.ts';
import { followPurchase, supplierOrders } from './follow-purchase.ts';
import { fail, move, orderStep, park, wait } from './order-step.ts';
import { meaningOf } from './purchase-refusal.ts';
import { readSaleNow } from './sale-channel.ts';
import { withToken } from './tokens.ts';

/** AliExpress recognises `out_order_id` for 24 h: ours is not sent again after 20. */
const resendForMs = 20 * 3_600_000;

/** Buys the goods with the reseller's own supplier account, or follows what was bought until it is paid. */
export const purchase: Processor<'orderId'> = ({ orderId }, ctx) =>
  orderStep(
    ctx,
    { queue: 'purchase', id: orderId, from: ['PURCHASING', 'WAITING'] },
    async order => {
      const placed = await supplierOrders(ctx, order);
      if (placed.length > 0) return followPurchase(ctx, order, placed);

      const credential = await supplierCredential(ctx, order);
      if (!credential) return leaveToBrowser(ctx, order, 'no AliExpress API account is connected');

      const earlier = await ctx.store.read(em => standingEffect(em, 'buy', order.id));
      if (order.frozenFor) return stopFrozen(ctx, order, earlier);
      if (!isInDoubt(earlier)) {
        const sale = await readSaleNow(ctx, order);
        if (sale.state === 'cancelled')
          return move(ctx, order, { to: 'CANCELLED', note: sale.note }, nothingBought(order));
        if (sale.state === 'doubtful')
          return move(ctx, order, { to: 'NEEDS_REVIEW', reason: sale.reason, note: sale.note }, nothingBought(order));
        const offer = await offerFor(ctx, order, credential);
        if ('reason' in offer) return fail(ctx, order, offer.reason, offer.note, nothingBought(order).also);
        await ctx.store.transaction(em => withdrawUnsent(em, 'buy', order.id));
        await buy(ctx, order, credential, offer);
      } else await buy(ctx, order, credential);

      return followPurchase(ctx, order, await supplierOrders(ctx, order));
    },
    refused,
  );

const supplierCredential = (ctx: Context, order: Order): Promise<Credential | null> =>
  ctx.store.read(em => credentialOf(em, order.userId, 'aliexpress-dropshipping', ctx.config.aliexpress.environment));

/** The money that was held for the purchase is free again, and an intent that never left is taken back. */
const nothingBought = (order: Order) => ({
  also: async (em: EntityManager): Promise<void> => {
    await withdrawUnsent(em, 'buy', order.id);
    await release(em, 'buy', order.id);
  },
});

async function offerFor(ctx: Context, order: Order, credential: Credential) {
  const { productId, shipTo, quantity } = order;
  invariant(productId && shipTo, `order ${order.id} is ready to be bought`);
  const product = await ctx.store.read(em => findProduct(em, productId));
  invariant(product, `product ${productId} exists`);
  return chooseOffer(ctx, credential, { product, quantity, shipTo, maxCost: maxCostOf(order) });
}

/** Frozen while it was being bought. Whether goods were ordered may be open: only a person can tell then. */
function stopFrozen(ctx: Context, order: Order, effect: Effect | null): Promise<string> {
  const why = `${order.frozenFor}: nothing more is bought`;
  if (isInDoubt(effect) && effect) return park(ctx, order, new Unproven(effect));
  return move(ctx, order, { to: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED', note: why }, nothingBought(order));
}

/** Without an offer the effect is in doubt: only its frozen request may be sent again. */
async function buy(ctx: Context, order: Order, credential: Credential, offer?: Offer): Promise<void> {
  const { aliexpress } = ctx.providers;
  await once(onceContext(ctx), {
    purpose: 'buy',
    subject: order.id,
    route: 'aliexpress-api',
    account: credential.accountId,
    environment: credential.environment,
    keyFor: generation => `${order.id}-${generation}`,
    freeze: outOrderId => freezeRequest(ctx, order, outOrderId, offer),
    resendForMs,
    deduplicates: true,
    assertOwner: em => assertOwner(em, order),
    // There is no look-up by our key; inside its window the same request again answers with the same orders.
    find: async () => ({ answer: 'UNKNOWN' }),
    send: async effect => {
      const { orderNumbers } = await withToken(ctx, credential, token =>
        aliexpress.createOrder(token, effect.request, { signal: ctx.signal }),
      );
      return { orderNumbers };
    },
    record: async (em, { orderNumbers }, effect) => {
      await keepSupplierOrders(em, order.id, credential.id, orderNumbers, effect.idempotencyKey);
      const text = `placed at AliExpress as ${orderNumbers.join(', ')}`;
      await note(em, order.id, 'effect', offer ? `${text} for ${formatMoney(offer.total)}` : text, {
        key: effect.idempotencyKey,
        orders: orderNumbers,
      });
    },
  });
}

function freezeRequest(ctx: Context, order: Order, outOrderId: string, offer: Offer | undefined): string {
  invariant(offer && order.shipTo, 'a new request is frozen from an offer');
  return ctx.providers.aliexpress.orderRequest({
    outOrderId,
    address: order.shipTo,
    items: [{ ...offer, quantity: order.quantity }],
  });
}

/** The browser has one turn: an order that it has sent back waits for an account. */
async function leaveToBrowser(ctx: Context, order: Order, why: string): Promise<string> {
  const unavailable = ctx.config.allowBrowserAutomation
    ? 'the browser has sent it back'
    : 'the browser is switched off';
  if (!ctx.config.allowBrowserAutomation || order.purchaseRoute === 'browser')
    return wait(ctx, order, 'BROWSER_AUTOMATION_DISABLED', { note: `${why}, and ${unavailable}` });
  const text = `handed over to the browser: ${why}`;
  return ctx.transact(async (em, enqueue) => {
    await updateOrder(em, order, { purchaseRoute: 'browser' });
    if (order.status === 'WAITING') await advance(em, enqueue, order, { to: 'PURCHASING', note: text });
    else {
      await note(em, order.id, 'noted', text);
      enqueue(jobForOrder(order));
    }
    return 'handed over to the browser';
  });
}

async function refused(order: Order, refusal: Terminal, ctx: Context): Promise<string> {
  const meaning = meaningOf(refusal);
  switch (meaning.kind) {
    case 'browser':
      return leaveToBrowser(ctx, order, refusal.message);
    case 'address':
      return wait(ctx, order, 'ADDRESS_INVALID', { note: refusal.message, ...nothingBought(order) });
    case 'account':
      return move(
        ctx,
        order,
        { to: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION', note: refusal.message },
        nothingBought(order),
      );
    case 'failed':
      return fail(ctx, order, meaning.reason, refusal.message, nothingBought(order).also);
  }
}
