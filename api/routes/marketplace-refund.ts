import { Router } from 'express';
import Joi from 'joi';
import type { OrderId, UserId } from '../../domain/ids.ts';
import { formatMoney, isGreater, type Money, money } from '../../domain/money.ts';
import { orderStates } from '../../domain/order.ts';
import { invariant } from '../../domain/outcome.ts';
import { bookBack } from '../../queues/book-back.ts';
import { why } from '../../queues/decisions/asked.ts';
import type { Enqueue } from '../../queues/transact.ts';
import type { Order } from '../../store/entities/order.ts';
import type { EntityManager } from '../../store/open.ts';
import { claimOrder } from '../../store/orders.ts';
import { paymentsOf } from '../../store/payments.ts';
import { refundedOf } from '../../store/refunds.ts';
import { note } from '../../store/timeline.ts';
import { settleUntold } from '../../store/untold-refunds.ts';
import type { Deps } from '../deps.ts';
import { Problem, valid } from '../middleware/problem.ts';
import { adminOf } from '../middleware/session.ts';
import { id, priceOrNothing } from '../schemas.ts';

type Seen = { readonly amount: Money; readonly why: string };
/** Everything refunded on this order's line so far, in the sale's currency; zero when the refund was for another line. */
const seen = Joi.object<Seen>({
  amount: priceOrNothing.required(),
  why,
});

/** An admin has looked at the marketplace and says how much was refunded: the shares are recalculated from the rest. */
async function marketplaceGaveBack(
  em: EntityManager,
  enqueue: Enqueue,
  orderId: OrderId,
  { amount: total, why, by }: Seen & { by: UserId },
): Promise<Order> {
  const order = await claimOrder(em, orderId, orderStates);
  const paymentId = order && (await settleUntold(em, orderId));
  if (!paymentId) throw new Problem(409, 'NO_REFUND_UNTOLD', 'no refund on this order is waiting for an amount');
  const payment = (await paymentsOf(em, orderId)).find(one => one.id === paymentId);
  invariant(payment, `order ${orderId} has payment ${paymentId}`);
  const paid = money(payment.amountMinor, payment.currency);
  if (total.currency !== paid.currency) throw new Problem(400, 'INVALID_INPUT', `the sale is in ${paid.currency}`);
  if (isGreater(total, paid)) throw new Problem(409, 'MORE_THAN_PAID', `${formatMoney(paid)} were paid`);
  const booked = await refundedOf(em, orderId, paid.currency);
  if (isGreater(booked, total))
    throw new Problem(409, 'LESS_THAN_BOOKED', `refunds of ${formatMoney(booked)} are booked already`);
  const text = `the marketplace gave back ${formatMoney(total)} in all, as a person has seen: ${why}`;
  await note(em, orderId, 'noted', text, { by, amount: formatMoney(total) });
  await bookBack(em, enqueue, order, { payment, total, saidBy: 'person' });
  return order;
}

export const marketplaceRefundRoutes = ({ transact }: Deps): Router =>
  Router().post('/orders/:id/marketplace-refund', async (request, response) => {
    const { userId: by } = adminOf(response);
    const orderId = valid(id, request.params.id) as OrderId;
    const said = { ...valid(seen, request.body), by };
    const order = await transact((em, enqueue) => marketplaceGaveBack(em, enqueue, orderId, said));
    response.status(202).location(`/api/orders/${order.id}`).json({ id: order.id, status: order.status });
  });
