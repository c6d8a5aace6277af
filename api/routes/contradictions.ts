import { Router } from 'express';
import Joi from 'joi';
import type { Money } from '../../domain/money.ts';
import { DecisionRefused } from '../../queues/decision.ts';
import { settleContradiction } from '../../queues/settle-contradiction.ts';
import type { Deps } from '../deps.ts';
import { Problem, valid } from '../middleware/problem.ts';
import { adminOf } from '../middleware/session.ts';
import { id, priceOrNothing } from '../schemas.ts';

const seen = Joi.object<{ amount: Money; why: string }>({
  amount: priceOrNothing.required(),
  why: Joi.string().trim().min(3).max(500).required(),
});

const refused = (error: unknown): never => {
  throw error instanceof DecisionRefused ? new Problem(409, error.code, error.message) : error;
};

/** An admin has looked at the provider, and says what left under a call that was given up. */
export const contradictionRoutes = ({ transact }: Deps): Router =>
  Router().post('/contradictions/:id/settle', async (request, response) => {
    const { userId: by } = adminOf(response);
    const which = valid(id, request.params.id);
    const said = { ...valid(seen, request.body), by };
    const order = await transact((em, enqueue) => settleContradiction(em, enqueue, which, said)).catch(refused);
    response.status(202).location(`/api/orders/${order.id}`).json({ id: order.id, status: order.status });
  });
