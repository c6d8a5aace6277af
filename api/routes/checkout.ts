import { randomBytes } from 'node:crypto';
import { Router } from 'express';
import Joi from 'joi';
import type { Address } from '../../domain/address.ts';
import { Terminal } from '../../domain/call-outcome.ts';
import type { OrderId, ProductId, UserId } from '../../domain/ids.ts';
import { type Money, multiply } from '../../domain/money.ts';
import type { OrderState } from '../../domain/order.ts';
import { fitsWire } from '../../domain/wire-amount.ts';
import { addressFault } from '../../providers/paypal/address-fault.ts';
import { enqueueWoken } from '../../queues/enqueue-woken.ts';
import { jobForOrder } from '../../queues/next-job.ts';
import { advance } from '../../queues/transact.ts';
import { findProduct, productPrice } from '../../store/catalogue/products.ts';
import { supplierPayer } from '../../store/connections/supplier-payer.ts';
import type { Order, UnopenedOrder } from '../../store/entities/order.ts';
import type { Product } from '../../store/entities/people.ts';
import { createCheckoutOrder, keepPayPalOrder } from '../../store/orders/new-orders.ts';
import { keepOpenCheckout, openCheckoutsOf, sourceHash } from '../../store/orders/open-checkouts.ts';
import { claimOrder, findOrder, salePrice, wakeOrder } from '../../store/orders/orders.ts';
import type { Deps } from '../deps.ts';
import { type Limits, sourceOf, spend } from '../middleware/limits.ts';
import { notFound, Problem, valid } from '../middleware/problem.ts';
import { maybeSession, scopeOf } from '../middleware/session.ts';
import { notKnown, type PaymentOutcome, paymentFacts, paymentOutcome } from '../views/payment-outcome.ts';
import { checkoutTokenHash, holdsCheckoutToken } from './orders.ts';
import { address, id } from './schemas.ts';
import { waitFor } from './wait-for.ts';

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
      // The seller's own shop orders for all its buyers from one address.
      const isOwner = maybeSession(response)?.userId === product.userId;
      if (!isOwner) await spend(limits['checkout-address'], sourceOf(request), 'TOO_MANY_CHECKOUTS');
      await noticeMany(deps, limits, product.userId);
      const checkoutToken = randomBytes(32).toString('base64url');
      const source = isOwner ? undefined : sourceHash(deps.config.jwtSecret, sourceOf(request));
      const order = await createOrder(deps, product, wanted, { checkoutToken, source });
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
      const { status, ...payment } = await captureAndWait(deps, order);
      if (payment.outcome === 'unknown') response.status(202).setHeader('retry-after', '2');
      response.location(`/api/orders/${order.id}`).json({ orderId: order.id, status, ...payment });
    });

/** Logged and never refused: otherwise anybody could close a seller's shop by ordering much from it. */
async function noticeMany({ log }: Deps, limits: Limits, sellerId: UserId): Promise<void> {
  const waitMs = await limits['checkout-seller'].spend(sellerId).catch((failure: unknown) => {
    log.warn({ err: failure }, 'checkouts cannot be counted now');
    return 0;
  });
  if (waitMs > 0) log.warn({ sellerId }, 'unusually many checkouts of one seller');
}

/** PayPal takes whole forints and whole Taiwan dollars only: a price with a fraction cannot be paid there. */
export const tooFineForCheckout = (status: 400 | 422, { currency }: Money): Problem =>
  new Problem(status, 'AMOUNT_TOO_FINE', `PayPal accepts no amount this fine in ${currency}`, {
    errors: [{ field: 'price', message: `has more digits than PayPal accepts in ${currency}` }],
  });

const tooManyOpen = (): Problem =>
  new Problem(429, 'TOO_MANY_OPEN_CHECKOUTS', 'too many orders from this address wait to be paid: pay them first', {
    retryAfterSeconds: 60,
  });

/** Our row first: whatever happens at PayPal afterwards, the sweep finds the row and asks. */
async function createOrder(
  { store, config }: Deps,
  product: Product,
  { quantity, shippingAddress }: Purchase,
  { checkoutToken, source }: { checkoutToken: string; source: string | undefined },
): Promise<Order> {
  const { environment } = config.aliexpress;
  return store.transaction(async em => {
    if (source && (await openCheckoutsOf(em, source)) >= config.openCheckoutsPerAddress) throw tooManyOpen();
    const order = await createCheckoutOrder(em, {
      product,
      quantity,
      sale: multiply(productPrice(product), quantity),
      shipTo: shippingAddress,
      custody: { proceedsHeldBy: 'platform', supplierPaidBy: await supplierPayer(em, product.userId, environment) },
      checkoutTokenHash: checkoutTokenHash(checkoutToken),
    });
    if (source) await keepOpenCheckout(em, order.id, source);
    return order;
  });
}

async function openAtPayPal(deps: Deps, order: Order, product: Product): Promise<string> {
  const { store, paypal, config } = deps;
  if (!order.shipTo) throw new Error(`order ${order.id} has no address`);
  const { paypalOrderId, approveUrl } = await paypal
    .createOrder({
      requestId: order.id,
      customId: order.id,
      amount: salePrice(order),
      description: product.title,
      quantity: order.quantity,
      shipTo: order.shipTo,
      returnUrl: `${config.publicUrl}/api/orders/${order.id}`,
      cancelUrl: `${config.publicUrl}/api/orders/${order.id}`,
    })
    .catch(error => refuseCheckout(deps, order, error));
  const account = config.paypal.clientId;
  await store.transaction(em => keepPayPalOrder(em, order.id, { paypalOrderId, approveUrl, account }));
  return approveUrl;
}

/** PayPal certainly made no order, and never will for this one: the order is cancelled, and its buyer is told why. */
async function refuseCheckout({ transact, log }: Deps, { id }: Order, error: unknown): Promise<never> {
  if (!(error instanceof Terminal)) throw error;
  await transact(async (em, enqueue) => {
    const order = await claimOrder(em, id, ['CREATED']);
    if (order) await advance(em, enqueue, order, { to: 'CANCELLED', note: `PayPal refused it: ${error.message}` });
  });
  const fault = addressFault(error);
  if (!fault) {
    log.error({ orderId: id, code: error.code, reference: error.reference }, 'PayPal accepts no payment for an order');
    throw new Problem(422, error.code, 'PayPal accepts no payment for this order: its seller has to correct it');
  }
  const parts = fault.length > 0 ? fault.map(part => `shippingAddress.${part}`) : ['shippingAddress'];
  throw new Problem(422, error.code, 'PayPal does not take this address: correct it and check out again', {
    errors: parts.map(field => ({ field, message: `PayPal says ${error.code.replace(/^PAYPAL_/, '')}` })),
  });
}

/**
 * The worker captures, so that the effect has one owner, and neither an impatient buyer nor our crash changes anything.
 * The buyer gets the outcome if it is known within some seconds, else the answer that it is not known yet.
 */
async function captureAndWait(
  { store, transact, config }: Deps,
  asked: Order,
): Promise<PaymentOutcome & { status: OrderState }> {
  const before = await store.read(em => paymentFacts(em, asked));
  const woken = await transact(async (em, enqueue) => {
    if (asked.status !== 'CREATED') return null;
    return enqueueWoken(enqueue, wakeOrder(em, asked.id), jobForOrder);
  });
  const look = async () => {
    const order = (await store.read(em => findOrder(em, asked.id))) ?? asked;
    const facts = await store.read(em => paymentFacts(em, order));
    const told = { ...paymentOutcome(order, facts), status: order.status };
    const moneyMoved = before.payment?.status !== facts.payment?.status;
    const isNews = !woken || order.status !== 'CREATED' || moneyMoved || hasLooked(woken, order);
    // The money is booked one transaction before the order moves: the answer waits for both.
    const isHalf = told.outcome === 'paid' && order.status === 'CREATED';
    return isNews && told.outcome !== 'unknown' && !isHalf ? told : undefined;
  };
  return (await waitFor(look, woken ? config.checkoutAnswerMs : 0)) ?? { ...notKnown, status: asked.status };
}

/** Whether a worker claimed the order since it was woken, and has set the time of the next look: its step is over. */
const hasLooked = (woken: UnopenedOrder, now: Order): boolean =>
  now.fence > woken.fence && now.nextCheckAt?.getTime() !== woken.nextCheckAt?.getTime();
