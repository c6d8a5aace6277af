import { Router } from 'express';
import Joi from 'joi';
import type { LegId, OrderId } from '../../domain/ids.ts';
import type { Money } from '../../domain/money.ts';
import { askedLeg, askedOrder, why } from '../../queues/asked-decision.ts';
import { decideOrder } from '../../queues/decide.ts';
import { decideLeg } from '../../queues/decide-leg.ts';
import { DecisionRefused } from '../../queues/decision.ts';
import { settleContradiction } from '../../queues/settle-contradiction.ts';
import type { Deps } from '../deps.ts';
import { Problem, valid } from '../middleware/problem.ts';
import { adminOf } from '../middleware/session.ts';
import { id, priceOrNothing } from '../schemas.ts';

/** What left under a call that was given up. */
const seen = Joi.object<{ amount: Money; why: string }>({ amount: priceOrNothing.required(), why });

const refused = (error: unknown): never => {
  throw error instanceof DecisionRefused ? new Problem(409, error.code, error.message) : error;
};

/** The way out of a review or a contradiction: an admin who has looked at the provider says what is so, and why. */
export const decisionRoutes = ({ transact }: Deps): Router =>
  Router()
    .post('/orders/:id/decide', async (request, response) => {
      const { userId: by } = adminOf(response);
      const orderId = valid(id, request.params.id) as OrderId;
      const { why, ...decision } = valid(askedOrder, request.body);
      const deed = { decision, by, why };
      const order = await transact((em, enqueue) => decideOrder(em, enqueue, orderId, deed)).catch(refused);
      response.status(202).location(`/api/orders/${order.id}`).json({ id: order.id, status: order.status });
    })
    .post('/payouts/:id/decide', async (request, response) => {
      const { userId: by } = adminOf(response);
      const legId = valid(id, request.params.id) as LegId;
      const { why, ...decision } = valid(askedLeg, request.body);
      const leg = await transact((em, enqueue) => decideLeg(em, enqueue, legId, { decision, by, why })).catch(refused);
      response.status(202).json({ id: leg.id, status: leg.status });
    })
    .post('/contradictions/:id/settle', async (request, response) => {
      const { userId: by } = adminOf(response);
      const which = valid(id, request.params.id);
      const { amount, why } = valid(seen, request.body);
      const deed = { amount, why, by };
      const order = await transact((em, enqueue) => settleContradiction(em, enqueue, which, deed)).catch(refused);
      response.status(202).location(`/api/orders/${order.id}`).json({ id: order.id, status: order.status });
    });
