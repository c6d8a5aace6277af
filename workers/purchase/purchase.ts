import { invariant, PermissionRefused } from '../../domain/call-outcome.ts';
import type { Destination } from '../../providers/aliexpress/address.ts';
import { findProduct } from '../../store/catalogue/products.ts';
import { credentialOf } from '../../store/connections/credentials.ts';
import { isInDoubt, standingEffect, withdrawUnsent } from '../../store/effects/effects.ts';
import type { Order } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import { maxCostOf } from '../../store/orders/orders.ts';
import type { Context, Processor } from '../context/context.ts';
import { fail, orderStep } from '../step/order-step.ts';
import { type Ended, ended } from '../step/stopped-early.ts';
import { browserBuyerFor } from './browser-buyer.ts';
import { chooseOffer } from './choose-offer.ts';
import { followPurchase, supplierOrders } from './follow-purchase.ts';
import { foreignPrice, leaveToBrowser, mayNotBuy, payerChanged, refused } from './not-bought.ts';
import { asking, placeOrder } from './place-order.ts';
import { stopBeforeBuying, waitInDoubt } from './pre-purchase-check.ts';
import { SaleUndecided } from './resend-purchase.ts';
import { destinationOf } from './supplier-address.ts';

/** Buys the goods with the reseller's own supplier account, or follows a purchase until it is paid. */
export const purchase: Processor<'orderId'> = ({ orderId }, ctx) =>
  orderStep(
    ctx,
    { queue: 'purchase', id: orderId, from: ['PURCHASING', 'WAITING'] },
    async order => {
      const placed = await supplierOrders(ctx, order);
      if (placed.length > 0) return followPurchase(ctx, order, placed);

      const earlier = await ctx.store.read(em => standingEffect(em, 'buy', order.id));
      const credential = await supplierCredential(ctx, order);
      if (!isInDoubt(earlier) && (await mayUseBrowser(ctx, order, credential)))
        return leaveToBrowser(ctx, order, 'no AliExpress API account is connected');
      invariant(credential, `order ${order.id} was sent to a supplier with some account`);
      const stopped = await stopBeforeBuying(ctx, order, earlier);
      if (stopped) return stopped.ended;
      try {
        const notBought = await obtain(ctx, order, credential, isInDoubt(earlier));
        if (notBought) return notBought.ended;
      } catch (error) {
        if (error instanceof SaleUndecided) return waitInDoubt(ctx, order);
        if (!(error instanceof PermissionRefused)) throw error;
        return mayNotBuy(ctx, order, credential, error);
      }
      return followPurchase(ctx, order, await supplierOrders(ctx, order));
    },
    refused,
  );

/** Buys the goods, or ends the step. For a purchase in doubt, sends only the same frozen request again. */
async function obtain(
  ctx: Context,
  order: Order,
  credential: Credential,
  inDoubt: boolean,
): Promise<Ended | undefined> {
  if (inDoubt) {
    await placeOrder(ctx, order, credential);
    return undefined;
  }
  if (credential.moneyHolder !== order.supplierPaidBy) return ended(payerChanged(ctx, order, credential));
  const destination = await destinationOf(ctx, order);
  const offer = await offerFor(ctx, order, credential, destination);
  if ('reason' in offer) return ended(fail(ctx, order, offer.reason, { note: offer.note }));
  if ('foreign' in offer) return ended(foreignPrice(ctx, order, offer.foreign));
  await ctx.store.write(em => withdrawUnsent(em, 'buy', order.id));
  await placeOrder(ctx, order, credential, { offer, destination });
  return undefined;
}

/** Whether a browser should buy: there is no API account, or it is disconnected and a browser may buy instead. */
const mayUseBrowser = async (ctx: Context, order: Order, credential: Credential | null): Promise<boolean> =>
  credential === null || (credential.status === 'DISCONNECTED' && !('off' in (await browserBuyerFor(ctx, order))));

const supplierCredential = (ctx: Context, order: Order): Promise<Credential | null> =>
  ctx.store.read(em => credentialOf(em, order.userId, 'aliexpress-dropshipping', ctx.config.aliexpress.environment));

async function offerFor(ctx: Context, order: Order, credential: Credential, destination: Destination) {
  const { productId, quantity } = order;
  invariant(productId, `order ${order.id} is ready to be bought`);
  const product = await ctx.store.read(em => findProduct(em, productId));
  invariant(product, `product ${productId} exists`);
  const shipTo = destination.logisticsAddress;
  return chooseOffer(ctx, asking(ctx, credential), { product, quantity, shipTo, maxCost: maxCostOf(order) });
}
