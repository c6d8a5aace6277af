import { Router } from 'express';
import Joi from 'joi';
import type { LegId, OrderId } from '../../domain/ids.ts';
import { type Money, zero } from '../../domain/money.ts';
import { decideOrder } from '../../transactions/decisions/decide-order.ts';
import { decidePayout } from '../../transactions/decisions/decide-payout.ts';
import { orderDecisionSchema, payoutDecisionSchema, why } from '../../transactions/decisions/decision-schemas.ts';
import { settleContradiction } from '../../transactions/decisions/settle-contradiction.ts';
import type { Deps } from '../deps.ts';
import { valid } from '../middleware/problem.ts';
import { adminOf } from '../middleware/session.ts';
import { refused } from './decision-refused.ts';
import { id, priceOrNothing } from './schemas.ts';

/** How much a supplier refunded of what it cancelled; `lost`: how much it never will, where that is not zero. */
const cameBack = Joi.object<{ amount: Money; lost?: Money }>({
  amount: priceOrNothing.required(),
  lost: priceOrNothing,
});

/** How much left by a call that was given up; or how much a marketplace refunded of the order’s line, in all. */
const seen = Joi.object<{ amount: Money; why: string }>({ amount: priceOrNothing.required(), why });

/** The way out of a review or a contradiction: an admin who has looked at the provider says what is true, and why. */
export const decisionRoutes = ({ transact }: Deps): Router =>
  Router()
    .post('/orders/:id/decide', async (request, response) => {
      const { userId: by } = adminOf(response);
      const orderId = valid(id, request.params.id) as OrderId;
      const { why, ...decision } = valid(orderDecisionSchema, request.body);
      const decided = { decision, by, why };
      const order = await transact((em, enqueue) => decideOrder(em, enqueue, orderId, decided)).catch(refused);
      response.status(202).location(`/api/orders/${order.id}`).json({ id: order.id, status: order.status });
    })
    .post('/payouts/:id/decide', async (request, response) => {
      const { userId: by } = adminOf(response);
      const legId = valid(id, request.params.id) as LegId;
      const { why, ...decision } = valid(payoutDecisionSchema, request.body);
      const leg = await transact((em, enqueue) => decidePayout(em, enqueue, legId, { decision, by, why })).catch(
        refused,
      );
      response.status(202).json({ id: leg.id, status: leg.status });
    })
    .post('/orders/:id/supplier-refund', async (request, response) => {
      const { userId: by } = adminOf(response);
      const orderId = valid(id, request.params.id) as OrderId;
      const { amount: returned, lost = zero(returned.currency) } = valid(cameBack, request.body);
      const decision = { decision: 'supplier-refunded', returned, lost } as const;
      const decided = { decision, by, why: 'the supplier’s refund was seen' };
      const order = await transact((em, enqueue) => decideOrder(em, enqueue, orderId, decided)).catch(refused);
      response.status(202).location(`/api/orders/${order.id}`).json({ id: order.id, status: order.status });
    })
    .post('/orders/:id/marketplace-refund', async (request, response) => {
      const { userId: by } = adminOf(response);
      const orderId = valid(id, request.params.id) as OrderId;
      const { amount, why } = valid(seen, request.body);
      const decided = { decision: { decision: 'marketplace-refunded', amount }, by, why } as const;
      const order = await transact((em, enqueue) => decideOrder(em, enqueue, orderId, decided)).catch(refused);
      response.status(202).location(`/api/orders/${order.id}`).json({ id: order.id, status: order.status });
    })
    .post('/payouts/:id/retry', async (request, response) => {
      const { userId: by } = adminOf(response);
      const legId = valid(id, request.params.id) as LegId;
      const decided = { decision: { decision: 'pay-again' }, by, why: 'it did not arrive' } as const;
      const leg = await transact((em, enqueue) => decidePayout(em, enqueue, legId, decided)).catch(refused);
      response.status(202).json({ id: leg.id, status: leg.status });
    })
    .post('/contradictions/:id/settle', async (request, response) => {
      const { userId: by } = adminOf(response);
      const which = valid(id, request.params.id);
      const { amount, why } = valid(seen, request.body);
      const decided = { amount, why, by };
      const order = await transact((em, enqueue) => settleContradiction(em, enqueue, which, decided)).catch(refused);
      response.status(202).location(`/api/orders/${order.id}`).json({ id: order.id, status: order.status });
    });
