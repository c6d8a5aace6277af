import { Router } from 'express';
import Joi from 'joi';
import type { LegId, OrderId } from '../../domain/ids.ts';
import { DecisionRefused, decideLeg, decideOrder, type LegDecision, type OrderDecision } from '../../queues/decide.ts';
import type { Deps } from '../deps.ts';
import { Problem, valid } from '../middleware/problem.ts';
import { adminOf } from '../middleware/session.ts';
import { id } from '../schemas.ts';

const why = Joi.string().trim().min(3).max(500).required();

type AskedOrder = { decision: OrderDecision['decision']; supplierOrders: string[]; why: string };
const orderDecision = Joi.object<AskedOrder>({
  decision: Joi.string().valid('bought', 'buy-again', 'fail', 'go-on').required(),
  /** AliExpress' own numbers; with `bought` alone. */
  supplierOrders: Joi.array()
    .items(Joi.string().pattern(/^\d{10,20}$/))
    .max(20)
    .unique()
    .default([]),
  why,
});

type AskedLeg = { decision: LegDecision['decision']; reference: string; why: string };
const legDecision = Joi.object<AskedLeg>({
  decision: Joi.string().valid('paid', 'not-paid').required(),
  /** The provider's name for the payout; with `paid` alone. */
  reference: Joi.string()
    .pattern(/^[\w-]{3,64}$/)
    .default(''),
  why,
});

/** @throws Problem 400 when what is said does not go together */
function orderDecisionOf({ decision, supplierOrders }: AskedOrder): OrderDecision {
  if ((decision === 'bought') !== supplierOrders.length > 0)
    throw new Problem(400, 'INVALID_INPUT', 'supplierOrders are said with "bought", and with it alone');
  return decision === 'bought' ? { decision, supplierOrders } : { decision };
}

/** @throws Problem 400 when what is said does not go together */
function legDecisionOf({ decision, reference }: AskedLeg): LegDecision {
  if ((decision === 'paid') !== (reference !== ''))
    throw new Problem(400, 'INVALID_INPUT', 'reference is said with "paid", and with it alone');
  return decision === 'paid' ? { decision, reference } : { decision };
}

const refused = (error: unknown): never => {
  throw error instanceof DecisionRefused ? new Problem(409, error.code, error.message) : error;
};

/** The way out of NEEDS_REVIEW: an admin who has looked at the provider says what is so, and why. */
export const decisionRoutes = ({ transact }: Deps): Router =>
  Router()
    .post('/orders/:id/decide', async (request, response) => {
      const { userId: by } = adminOf(response);
      const orderId = valid(id, request.params.id) as OrderId;
      const asked = valid(orderDecision, request.body);
      const deed = { decision: orderDecisionOf(asked), by, why: asked.why };
      const order = await transact((em, enqueue) => decideOrder(em, enqueue, orderId, deed)).catch(refused);
      response.status(202).location(`/api/orders/${order.id}`).json({ id: order.id, status: order.status });
    })
    .post('/payouts/:id/decide', async (request, response) => {
      const { userId: by } = adminOf(response);
      const legId = valid(id, request.params.id) as LegId;
      const asked = valid(legDecision, request.body);
      const deed = { decision: legDecisionOf(asked), by, why: asked.why };
      const leg = await transact((em, enqueue) => decideLeg(em, enqueue, legId, deed)).catch(refused);
      response.status(202).json({ id: leg.id, status: leg.status });
    });
