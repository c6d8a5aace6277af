import { createHash, timingSafeEqual } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import Joi from 'joi';
import type { OrderId } from '../../domain/ids.ts';
import { type OrderState, orderStates } from '../../domain/order.ts';
import type { Order } from '../../store/entities/order.ts';
import { paymentsOf } from '../../store/money/payments.ts';
import { findOrder, ordersOf } from '../../store/orders/orders.ts';
import { parcelsOf } from '../../store/orders/parcels.ts';
import { supplierOrdersOf } from '../../store/orders/supplier-orders.ts';
import { timelineOf } from '../../store/orders/timeline.ts';
import { legsOfOrder } from '../../store/payouts/legs.ts';
import { findSale, salesOf } from '../../store/payouts/sales.ts';
import { correctAddress } from '../../transactions/correct-address.ts';
import { refundOrder } from '../../transactions/refund-order.ts';
import type { Deps } from '../deps.ts';
import { notFound, valid } from '../middleware/problem.ts';
import { maybeSession, scopeOf, sessionOf } from '../middleware/session.ts';
import { paymentFacts, paymentOutcome } from '../views/payment-outcome.ts';
import { orderDetailView, orderView, saleView } from '../views/views.ts';
import { refused } from './decision-refused.ts';
import { address, id, type Page, page } from './schemas.ts';

type List = Page & { status?: OrderState };
const list = page.concat(Joi.object<List>({ status: Joi.string().valid(...orderStates) })) as Joi.ObjectSchema<List>;

/** The buyer's key to one order, given out once at the checkout; only its hash is stored. */
export const checkoutTokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url');

export function holdsCheckoutToken(order: Order, token: string | undefined): boolean {
  if (!token || !order.checkoutTokenHash) return false;
  return timingSafeEqual(Buffer.from(checkoutTokenHash(token)), Buffer.from(order.checkoutTokenHash));
}

/** The order, when the session's user owns it or is an admin; for everybody else it does not exist. */
async function visibleOrder({ store }: Pick<Deps, 'store'>, response: Response, orderId: string): Promise<Order> {
  const session = sessionOf(response);
  const order = await store.read(em => findOrder(em, orderId as OrderId));
  const scope = scopeOf(session);
  if (!order || (scope && order.userId !== scope)) throw notFound('order');
  return order;
}

export const orderRoutes = (deps: Deps): Router =>
  Router()
    .get('/', async (request, response) => {
      const scope = scopeOf(sessionOf(response));
      const filter = valid(list, request.query);
      const orders = await deps.store.read(em => ordersOf(em, scope, filter));
      response.json({ orders: orders.map(orderView) });
    })
    .get('/:id', async (request, response) => {
      const orderId = valid(id, request.params.id);
      if (!maybeSession(response)) return forBuyer(deps, request, response, orderId);
      const order = await visibleOrder(deps, response, orderId);
      const parts = await deps.store.read(async em => ({
        timeline: await timelineOf(em, order.id),
        payments: await paymentsOf(em, order.id),
        supplierOrders: await supplierOrdersOf(em, order.id),
        parcels: await parcelsOf(em, order.id),
        sale: await findSale(em, order.id),
        legs: await legsOfOrder(em, order.id),
      }));
      response.json(orderDetailView(order, parts));
    })
    .post('/:id/refund', async (request, response) => {
      const order = await visibleOrder(deps, response, valid(id, request.params.id));
      const note = 'asked for by its reseller';
      await deps.transact((em, enqueue) => refundOrder(em, enqueue, order.id, note)).catch(refused);
      response.status(202).location(`/api/orders/${order.id}`).json({ id: order.id });
    })
    .put('/:id/address', async (request, response) => {
      const order = await visibleOrder(deps, response, valid(id, request.params.id));
      const shipTo = valid(address, request.body);
      await deps.transact((em, enqueue) => correctAddress(em, enqueue, order.id, shipTo)).catch(refused);
      response.status(202).location(`/api/orders/${order.id}`).json({ id: order.id });
    });

/** Who holds the checkout token sees how the order stands, and nothing of the business behind it. */
async function forBuyer({ store }: Deps, request: Request, response: Response, orderId: string): Promise<void> {
  const order = await store.read(em => findOrder(em, orderId as OrderId));
  const token = request.get('x-checkout-token');
  if (token === undefined) sessionOf(response);
  if (!order || !holdsCheckoutToken(order, token)) throw notFound('order');
  const facts = await store.read(em => paymentFacts(em, order));
  const { id, status } = order;
  response.json({ id, status, payment: facts.payment?.status ?? null, ...paymentOutcome(order, facts) });
}

export const saleRoutes = ({ store }: Deps): Router =>
  Router().get('/', async (request, response) => {
    const scope = scopeOf(sessionOf(response));
    const wanted = valid<Page>(page, request.query);
    const sales = await store.read(em => salesOf(em, scope, wanted));
    response.json({ sales: sales.map(saleView) });
  });
