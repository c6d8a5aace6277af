import { Router } from 'express';
import Joi from 'joi';
import type { LegId, OrderId } from '../../domain/ids.ts';
import { freezes, orderStates } from '../../domain/order.ts';
import { legStates } from '../../domain/payout-leg.ts';
import { channels } from '../../domain/sale-channel.ts';
import { findOrders, type OrderFilter } from '../../store/operations/overview.ts';
import { findLeg } from '../../store/payouts/legs.ts';
import { wakeOrderAndPayouts } from '../../transactions/wake-order.ts';
import type { Deps } from '../deps.ts';
import { audited } from '../middleware/audit.ts';
import { Refusal } from '../middleware/refusal.ts';
import { operatorOf } from '../middleware/session.ts';
import { readOrderFile } from '../order-file.ts';
import { orderPage } from '../pages/order.ts';
import { ordersPage } from '../pages/orders.ts';
import { pageNumber, pageOf } from '../pages/paging.ts';
import { idOf } from './id-of.ts';

type Query = Omit<OrderFilter, 'id' | 'search'> & { q?: string; page: number };

/** A form sends untouched fields as empty text. */
const query = Joi.object<Query>({
  state: Joi.string()
    .valid(...orderStates)
    .empty(''),
  reason: Joi.string()
    .pattern(/^[A-Z_]{1,64}$/)
    .empty(''),
  channel: Joi.string()
    .valid(...channels)
    .empty(''),
  frozen: Joi.string()
    .valid(...freezes)
    .empty(''),
  payout: Joi.string()
    .valid(...legStates)
    .empty(''),
  q: Joi.string().trim().max(128).empty(''),
  page: pageNumber,
});

export const orderRoutes = (deps: Deps): Router =>
  Router()
    .get('/orders', async (request, response) => {
      const { value, error } = query.validate(request.query);
      if (error) throw new Refusal(400, error.message);
      const { page, q, ...filter } = value;
      const orders = await pageOf(page, wanted =>
        deps.store.read(em => findOrders(em, { ...filter, search: q }, wanted)),
      );
      const viewer = { deps, operator: operatorOf(response) };
      response.type('html').send(ordersPage(viewer, orders, { ...filter, search: q }, deps.now()));
    })
    .get('/orders/:id', async (request, response) => {
      const file = await readOrderFile(deps.store, idOf(request, 'order') as OrderId);
      const viewer = { deps, operator: operatorOf(response) };
      const woken = /^\d$/.exec(String(request.query.woken))?.[0];
      response.type('html').send(orderPage(viewer, file, deps.now(), woken === undefined ? undefined : Number(woken)));
    })
    .post('/orders/:id/wake', async (request, response) => {
      const order = idOf(request, 'order');
      const { email: operator } = operatorOf(response);
      const jobs = await audited(
        deps,
        { operator, action: 'wake order', target: { order } },
        () => deps.transact((em, enqueue) => wakeOrderAndPayouts(em, enqueue, order as OrderId)),
        ids => ids.join(', ') || 'nothing to wake',
      );
      response.redirect(303, `/orders/${order}?woken=${jobs.length}`);
    })
    .get('/legs/:id', async (request, response) => {
      const leg = await deps.store.read(em => findLeg(em, idOf(request, 'payout') as LegId));
      if (!leg) throw new Refusal(404, 'There is no such payout.');
      response.redirect(303, `/orders/${leg.orderId}`);
    });
