import { Router } from 'express';
import Joi from 'joi';
import { platformCurrency } from '../../domain/fees.ts';
import type { LegId, OrderId, UserId } from '../../domain/ids.ts';
import type { Money } from '../../domain/money.ts';
import { payout } from '../../queues/payout.ts';
import type { Enqueue } from '../../queues/transact.ts';
import type { PayoutLeg } from '../../store/entities/money.ts';
import { setAvailable } from '../../store/funding.ts';
import { claimLeg, moveLeg, requestCancel, wakeLeg } from '../../store/legs.ts';
import type { EntityManager } from '../../store/open.ts';
import { setCommissionPercent } from '../../store/settings.ts';
import { findUser } from '../../store/users.ts';
import type { Deps } from '../deps.ts';
import { notFound, Problem, valid } from '../middleware/problem.ts';
import { adminOf } from '../middleware/session.ts';
import { id, price } from '../schemas.ts';
import { supplierRefunded } from '../supplier-refunded.ts';
import { moneyView } from '../views.ts';

const percent = Joi.object<{ percent: string }>({
  percent: Joi.string()
    .pattern(/^(100(\.0{1,4})?|\d{1,2}(\.\d{1,4})?)$/)
    .required(),
});

const supplierRefund = Joi.object<{ amount: Money }>({ amount: price.required() });

const limit = Joi.object<{ userId: UserId; limit: Money }>({ userId: id.required(), limit: price.required() });

/**
 * Pays a leg again whose payout did not arrive. The worker asks the provider first: only its word that the money is not
 * with the receiver lets another payout leave. An unclaimed one is taken back first.
 */
async function payAgain(em: EntityManager, enqueue: Enqueue, legId: LegId): Promise<PayoutLeg> {
  const leg = await claimLeg(em, legId, ['FAILED', 'RETURNED', 'REVERSED', 'UNCLAIMED']);
  if (!leg) throw new Problem(409, 'NOT_PAYABLE_AGAIN', 'only a payout that did not arrive is paid again');
  if (leg.status === 'UNCLAIMED') await requestCancel(em, leg);
  else await moveLeg(em, leg, 'PENDING', { reason: null });
  const woken = await wakeLeg(em, leg.id);
  if (woken) enqueue(payout.jobFor(woken));
  return woken ?? leg;
}

/** What only an admin decides: rates, the commission, and how much may be drawn from accounts nobody can read. */
export const adminRoutes = ({ store, transact, now }: Deps): Router =>
  Router()
    .put('/commission', async (request, response) => {
      const { percent: text } = valid(percent, request.body);
      await store.transaction(em => setCommissionPercent(em, text));
      response.json({ percent: text });
    })
    .post('/orders/:id/supplier-refund', async (request, response) => {
      const { userId } = adminOf(response);
      const orderId = valid(id, request.params.id) as OrderId;
      const { amount } = valid(supplierRefund, request.body);
      const order = await transact((em, enqueue) => supplierRefunded(em, enqueue, orderId, amount, userId));
      response.status(202).location(`/api/orders/${order.id}`).json({ id: order.id, status: order.status });
    })
    .post('/payouts/:id/retry', async (request, response) => {
      const legId = valid(id, request.params.id) as LegId;
      const leg = await transact((em, enqueue) => payAgain(em, enqueue, legId));
      response.status(202).json({ id: leg.id, status: leg.status });
    })
    .put('/funding-limits', async (request, response) => {
      const { userId, limit: amount } = valid(limit, request.body);
      if (amount.currency !== platformCurrency)
        throw new Problem(400, 'INVALID_INPUT', `limits are in ${platformCurrency}`);
      await store.transaction(async em => {
        if (!(await findUser(em, userId))) throw notFound('user');
        await setAvailable(em, userId, amount, now());
      });
      response.json({ userId, limit: moneyView(amount) });
    });
