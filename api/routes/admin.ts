import { Router } from 'express';
import Joi from 'joi';
import { platformCurrency } from '../../domain/fees.ts';
import type { LegId, OrderId, UserId } from '../../domain/ids.ts';
import { equals, formatMoney, type Money } from '../../domain/money.ts';
import { orderStates } from '../../domain/order.ts';
import { payout } from '../../queues/payout.ts';
import { advance, type Enqueue } from '../../queues/transact.ts';
import type { PayoutLeg } from '../../store/entities/money.ts';
import type { Order } from '../../store/entities/order.ts';
import { freezeLeft } from '../../store/freeze.ts';
import { setAvailable } from '../../store/funding.ts';
import { claimLeg, moveLeg, requestCancel, wakeLeg } from '../../store/legs.ts';
import type { EntityManager } from '../../store/open.ts';
import { claimOrder, updateOrder } from '../../store/orders.ts';
import { purchaseCost } from '../../store/purchase-books.ts';
import { supplierOwes, undoPurchase } from '../../store/second-purchase.ts';
import { setCommissionPercent } from '../../store/settings.ts';
import { findUser } from '../../store/users.ts';
import type { Deps } from '../deps.ts';
import { notFound, Problem, valid } from '../middleware/problem.ts';
import { adminOf } from '../middleware/session.ts';
import { id, price } from '../schemas.ts';
import { moneyView } from '../views.ts';

const percent = Joi.object<{ percent: string }>({
  percent: Joi.string()
    .pattern(/^(100(\.0{1,4})?|\d{1,2}(\.\d{1,4})?)$/)
    .required(),
});

const supplierRefund = Joi.object<{ amount: Money }>({ amount: price.required() });

const limit = Joi.object<{ userId: UserId; limit: Money }>({ userId: id.required(), limit: price.required() });

/**
 * Somebody has seen the supplier's money come back: the sale is booked back. An order that waits for that goes on from
 * PAID; one whose buyer has their money back as well stays where it is.
 */
async function supplierRefunded(
  em: EntityManager,
  enqueue: Enqueue,
  orderId: OrderId,
  amount: Money,
  seenBy: UserId,
): Promise<Order> {
  const order = await claimOrder(em, orderId, orderStates);
  const waits = order?.waitReason === 'SUPPLIER_REFUND_UNPROVEN';
  if (!order || !(waits || (await supplierOwes(em, order.id))))
    throw new Problem(409, 'NO_REFUND_AWAITED', 'the order waits for no refund of its supplier');
  const cost = await purchaseCost(em, orderId);
  if (!equals(amount, cost)) throw new Problem(409, 'REFUND_INCOMPLETE', `${formatMoney(cost)} were paid`);
  await undoPurchase(em, order, cost, seenBy);
  const unsold = { saleBookedAt: null, frozenFor: await freezeLeft(em, order, ['SUPPLIER_CANCELLED']) };
  if (!waits) await updateOrder(em, order, unsold);
  else if (!unsold.frozenFor) await advance(em, enqueue, order, { to: 'PAID', note: 'bought again' }, unsold);
  else {
    const note = `the supplier's money is back; ${unsold.frozenFor}: nothing is bought again`;
    await advance(em, enqueue, order, { to: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED', note }, unsold);
  }
  return order;
}

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
