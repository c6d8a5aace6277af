import { Router } from 'express';
import type { LegId, OrderId } from '../../domain/ids.ts';
import { askedLeg, askedOrder } from '../../queues/asked-decision.ts';
import { decideOrder } from '../../queues/decide.ts';
import { decideLeg } from '../../queues/decide-leg.ts';
import { DecisionRefused } from '../../queues/decision.ts';
import type { Deps } from '../deps.ts';
import { Problem, valid } from '../middleware/problem.ts';
import { adminOf } from '../middleware/session.ts';
import { id } from '../schemas.ts';

const refused = (error: unknown): never => {
  throw error instanceof DecisionRefused ? new Problem(409, error.code, error.message) : error;
};

/** The way out of NEEDS_REVIEW: an admin who has looked at the provider says what is so, and why. */
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
    });
