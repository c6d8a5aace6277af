import { randomBytes } from 'node:crypto';
import { Router } from 'express';
import Joi from 'joi';
import type { Address } from '../../domain/address.ts';
import type { OrderId, ProductId } from '../../domain/ids.ts';
import { type Money, multiply } from '../../domain/money.ts';
import { fitsWire } from '../../domain/wire-amount.ts';
import { jobForOrder } from '../../queues/next-job.ts';
import type { Order } from '../../store/entities/order.ts';
import type { Product } from '../../store/entities/people.ts';
import { createCheckoutOrder, keepPayPalOrder } from '../../store/import.ts';
import { findOrder, salePrice, wakeOrder } from '../../store/orders.ts';
import { findProduct, productPrice } from '../../store/products.ts';
import { supplierPayer } from '../../store/supplier-payer.ts';
import type { Deps } from '../deps.ts';
import { type Limits, sourceOf, spend } from '../limits.ts';
import { notFound, Problem, valid } from '../middleware/problem.ts';
import { maybeSession, scopeOf } from '../middleware/session.ts';
import { address, id } from '../schemas.ts';
import { checkoutTokenHash, holdsCheckoutToken } from './orders.ts';

/** Price, currency and supplier come from the database: a body that names them is refused as unknown. */
type Purchase = { productId: ProductId; quantity: number; shippingAddress: Address };
const purchase = Joi.object<Purchase>({
  productId: id.required(),
  quantity: Joi.number().integer().min(1).max(99).required(),
  shippingAddress: address.required(),
});

type Capture = { orderId: OrderId; checkoutToken?: string };
const capture = Joi.object<Capture>({ orderId: id.required(), checkoutToken: Joi.string().max(128) });

export const checkoutRoutes = (deps: Deps, limits: Limits): Router =>
  Router()
    .post('/create-order', async (request, response) => {
      const wanted = valid(purchase, request.body);
      const product = await deps.store.read(em => findProduct(em, wanted.productId));
      if (!product) throw notFound('product');
      if (!fitsWire('paypal', productPrice(product))) throw tooFineForCheckout(422, productPrice(product));
      if (!maybeSession(response)) await spend(limits['checkout-address'], sourceOf(request), 'TOO_MANY_CHECKOUTS');
      await spend(limits['checkout-seller'], product.userId, 'TOO_MANY_CHECKOUTS');
      const checkoutToken = randomBytes(32).toString('base64url');
      const order = await createOrder(deps, product, wanted, checkoutToken);
      const approveUrl = await openAtPayPal(deps, order, product);
      response.status(201).location(`/api/orders/${order.id}`).json({ orderId: order.id, approveUrl, checkoutToken });
    })
    .post('/capture-order', async (request, response) => {
      const { orderId, checkoutToken } = valid(capture, request.body);
      const order = await deps.store.read(em => findOrder(em, orderId));
      const session = maybeSession(response);
      const scope = session && scopeOf(session);
      const owns = session !== undefined && (scope === null || scope === order?.userId);
      if (order?.channel !== 'paypal' || !(owns || holdsCheckoutToken(order, checkoutToken))) throw notFound('order');
      await captureSoon(deps, order);
      response.status(202).location(`/api/orders/${order.id}`).json({ orderId: order.id, status: order.status });
    });

/** PayPal takes whole forints and whole Taiwan dollars only: a price with a fraction cannot be paid there. */
export const tooFineForCheckout = (status: 400 | 422, { currency }: Money): Problem =>
  new Problem(status, 'AMOUNT_TOO_FINE', `PayPal takes no such fraction of ${currency}`, {
    errors: [{ field: 'price', message: `has more digits than PayPal takes of ${currency}` }],
  });

/** Ours first: whatever happens at PayPal afterwards, there is a row that the sweep asks about. */
async function createOrder(
  { store, config }: Deps,
  product: Product,
  { quantity, shippingAddress }: Purchase,
  checkoutToken: string,
): Promise<Order> {
  const { environment } = config.aliexpress;
  return store.transaction(async em => {
    return createCheckoutOrder(em, {
      product,
      quantity,
      sale: multiply(productPrice(product), quantity),
      shipTo: shippingAddress,
      custody: { proceedsHeldBy: 'platform', supplierPaidBy: await supplierPayer(em, product.userId, environment) },
      checkoutTokenHash: checkoutTokenHash(checkoutToken),
    });
  });
}

async function openAtPayPal({ store, paypal, config }: Deps, order: Order, product: Product): Promise<string> {
  if (!order.shipTo) throw new Error(`order ${order.id} has no address`);
  const { paypalOrderId, approveUrl } = await paypal.createOrder({
    requestId: order.id,
    customId: order.id,
    amount: salePrice(order),
    description: product.title,
    quantity: order.quantity,
    shipTo: order.shipTo,
    returnUrl: `${config.publicUrl}/api/orders/${order.id}`,
    cancelUrl: `${config.publicUrl}/api/orders/${order.id}`,
  });
  await store.transaction(em => keepPayPalOrder(em, order.id, paypalOrderId, approveUrl));
  return approveUrl;
}

/** The worker captures: one owner per effect, and a buyer's impatience or our crash changes nothing. */
const captureSoon = ({ transact }: Deps, order: Order): Promise<void> =>
  transact(async (em, enqueue) => {
    if (order.status !== 'CREATED') return;
    const woken = await wakeOrder(em, order.id);
    if (woken) enqueue(jobForOrder(woken));
  });
