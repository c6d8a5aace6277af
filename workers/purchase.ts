import { formatMoney } from '../domain/money.ts';
import { invariant, type Terminal } from '../domain/outcome.ts';
import { jobForOrder } from '../queues/next-job.ts';
import { advance } from '../queues/transact.ts';
import { credentialOf } from '../store/credentials.ts';
import { isInDoubt, once, standingEffect, withdrawUnsent } from '../store/effects.ts';
import type { Order } from '../store/entities/order.ts';
import type { Credential } from '../store/entities/people.ts';
import { assertOwner, maxCostOf, updateOrder } from '../store/orders.ts';
import { findProduct } from '../store/products.ts';
import { keepSupplierOrders } from '../store/supplier-orders.ts';
import { note } from '../store/timeline.ts';
import { nothingBought, stopsBuying } from './before-buying.ts';
import { browserFor } from './browser-buyer.ts';
import { chooseOffer, type Offer } from './choose-offer.ts';
import { type Context, onceContext, type Processor } from './context.ts';
import { followPurchase, supplierOrders } from './follow-purchase.ts';
import { fail, move, orderStep, wait } from './order-step.ts';
import { meaningOf } from './purchase-refusal.ts';
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

      const earlier = await ctx.store.read(em => standingEffect(em, 'buy', order.id));
      const credential = await supplierCredential(ctx, order);
      if (!isInDoubt(earlier) && (await canLeaveTo(ctx, order, credential)))
        return leaveToBrowser(ctx, order, 'no AliExpress API account is connected');
      invariant(credential, `order ${order.id} was sent to a supplier with some account`);
      const stopped = await stopsBuying(ctx, order, earlier);
      if (stopped) return stopped;
      if (isInDoubt(earlier)) await buy(ctx, order, credential);
      else {
        if (credential.moneyHolder !== order.supplierPaidBy) return otherMoney(ctx, order, credential);
        const offer = await offerFor(ctx, order, credential);
        if ('reason' in offer) return fail(ctx, order, offer.reason, offer.note, nothingBought(order).also);
        await ctx.store.transaction(em => withdrawUnsent(em, 'buy', order.id));
        await buy(ctx, order, credential, offer);
      }

      return followPurchase(ctx, order, await supplierOrders(ctx, order));
    },
    refused,
  );

/** Who pays the supplier was settled when the order came in; the books would be wrong with somebody else's money. */
const otherMoney = (ctx: Context, order: Order, { accountName, moneyHolder }: Credential): Promise<string> =>
  wait(ctx, order, 'RECONNECT_NEEDED', {
    note: `sold to be bought with the ${order.supplierPaidBy}’s money, and AliExpress account ${accountName} pays with the ${moneyHolder}’s: connect one that pays so, or cancel the order`,
  });

/** To the browser, where there is no account; one that was disconnected is waited for where there is no browser. */
const canLeaveTo = async (ctx: Context, order: Order, credential: Credential | null): Promise<boolean> =>
  credential === null || (credential.status === 'DISCONNECTED' && !('off' in (await browserFor(ctx, order))));

const supplierCredential = (ctx: Context, order: Order): Promise<Credential | null> =>
  ctx.store.read(em => credentialOf(em, order.userId, 'aliexpress-dropshipping', ctx.config.aliexpress.environment));

async function offerFor(ctx: Context, order: Order, credential: Credential) {
  const { productId, shipTo, quantity } = order;
  invariant(productId && shipTo, `order ${order.id} is ready to be bought`);
  const product = await ctx.store.read(em => findProduct(em, productId));
  invariant(product, `product ${productId} exists`);
  return chooseOffer(ctx, credential, { product, quantity, shipTo, maxCost: maxCostOf(order) });
}

/** Its numbers; `paid`: by AliExpress itself, as it was placed. */
type Bought = { orderNumbers: string[]; paid?: boolean };

/** Without an offer the effect is in doubt: only its frozen request may be sent again. */
async function buy(ctx: Context, order: Order, credential: Credential, offer?: Offer): Promise<void> {
  const { aliexpress } = ctx.providers;
  await once<Bought>(onceContext(ctx), {
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
      const { orderNumbers, paid } = await withToken(ctx, credential, token =>
        aliexpress.createOrder(token, effect.request, { signal: ctx.signal }),
      );
      // The answer to a repeated request says nothing about the payment.
      return { orderNumbers, paid: paid && effect.lastSentAt == null };
    },
    record: async (em, { orderNumbers, paid = false }, effect) => {
      await keepSupplierOrders(em, order.id, credential.id, orderNumbers, effect.idempotencyKey, paid);
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

async function leaveToBrowser(ctx: Context, order: Order, why: string): Promise<string> {
  const browser = await browserFor(ctx, order);
  if ('off' in browser) return wait(ctx, order, 'BROWSER_AUTOMATION_DISABLED', { note: `${why}, and ${browser.off}` });
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
