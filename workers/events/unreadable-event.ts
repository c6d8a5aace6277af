/**
 * A PayPal event whose resource cannot be read back is tried again for an hour. Then the order goes to a person with
 * PayPal's answer, and its money is frozen where some of it may have gone back.
 */

import { type Failure, invariant, isFailure, Terminal, Unreadable } from '../../domain/call-outcome.ts';
import type { OrderId } from '../../domain/ids.ts';
import { orderMoves, orderStates } from '../../domain/order.ts';
import { mayMove } from '../../domain/state-table.ts';
import { advance } from '../../queues/transact.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Order } from '../../store/entities/order.ts';
import { paymentOfCapture } from '../../store/money/payments.ts';
import { claimOrder, freeze, orderByReference } from '../../store/orders/orders.ts';
import { note } from '../../store/orders/timeline.ts';
import type { Context } from '../context/context.ts';
import { keepAnswerOf } from '../step/unreadable-answer.ts';
import { captureAbove, object, type ReadEvent, text } from './event-fields.ts';

/** PayPal refuses to show the resource, or shows it in a form that we cannot read: a later try brings nothing more. */
const saysNoMore = (error: unknown): error is Failure =>
  isFailure(error) &&
  (error instanceof Unreadable || error instanceof Terminal || error.code === 'PAYPAL_RESOURCE_NOT_FOUND');

/** @throws `error` itself, while the event is to be tried again */
export async function unreadableEvent(
  ctx: Context,
  event: ReadEvent,
  receivedAt: Date,
  error: unknown,
): Promise<string> {
  const tooLong = ctx.now().getTime() - receivedAt.getTime() >= ctx.config.programErrorHorizonMs;
  if (!saysNoMore(error) || !tooLong) throw error;
  const why = `${event.type} arrived, and its resource cannot be read: ${error.message}`;
  const orderId = await ctx.store.read(em => orderOf(em, event));
  ctx.log.error({ orderId, type: event.type, code: error.code }, 'the resource of a PayPal event cannot be read');
  if (orderId) await leaveToPerson(ctx, orderId, event, { error, why });
  return why;
}

const leaveToPerson = (
  ctx: Context,
  orderId: OrderId,
  event: ReadEvent,
  { error, why }: { error: Failure; why: string },
): Promise<void> =>
  ctx.transact(async (em, enqueue) => {
    const order = await claimOrder(em, orderId, orderStates);
    invariant(order, `order ${orderId} of an event exists`);
    await keepAnswerOf(em, orderId, event.type, error);
    if (moneyMayHaveGone(event)) await freeze(em, order, 'PAYMENT_REVERSED');
    if (isOwnJobs(order) || !mayMove(orderMoves, order.status, 'NEEDS_REVIEW'))
      return note(em, orderId, 'noted', why, { code: error.code });
    return advance(em, enqueue, order, { to: 'NEEDS_REVIEW', reason: 'UNREADABLE_ANSWER', note: why });
  });

/** An order that waits for its payment is read by its own job, which ends in a review as well. */
const isOwnJobs = ({ status }: Order): boolean => status === 'CREATED';

const moneyMayHaveGone = ({ type }: ReadEvent): boolean => /REFUND|REVERSED|DISPUTE/.test(type);

/** Finds our order by a capture or by PayPal's order id. */
async function orderOf(em: EntityManager, { resource }: ReadEvent): Promise<OrderId | undefined> {
  const captures = [captureAbove(resource), text(resource, 'id'), ...disputed(resource)].filter(
    name => name !== undefined,
  );
  const payment = await paymentOfCapture(em, ...captures);
  if (payment) return payment.orderId;
  const related = text(object(object(resource, 'supplementary_data') ?? {}, 'related_ids'), 'order_id');
  const order = await orderByReference(em, 'paypal', related ?? text(resource, 'id') ?? '');
  return order?.id;
}

function disputed({ disputed_transactions: told }: ReadEvent['resource']): (string | undefined)[] {
  return Array.isArray(told) ? told.map(one => text(one ?? {}, 'seller_transaction_id')) : [];
}
