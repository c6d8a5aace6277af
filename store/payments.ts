import { randomUUID } from 'node:crypto';
import type { OrderId } from '../domain/ids.ts';
import { formatMoney, type Money } from '../domain/money.ts';
import type { Channel } from '../domain/order.ts';
import { type PaymentState, paymentMoves } from '../domain/payment.ts';
import { mayMove } from '../domain/state-table.ts';
import { timeOf } from './clock.ts';
import { type Order, Payment } from './entities/order.ts';
import type { EntityManager } from './open.ts';
import { findOrder, orderByReference } from './orders.ts';
import { note } from './timeline.ts';

/** What a channel keeps of a payment; `estimated`: by our own table, until it says so itself. */
export type Fee = { readonly amount: Money; readonly estimated: boolean };

type News = {
  orderId: OrderId;
  provider: Channel;
  reference: string;
  status: PaymentState;
  rawStatus: string;
  /** Why it stands so, in the provider's own word. */
  statusReason?: string | undefined;
  amount: Money;
  fee?: Fee | undefined;
  /** On top of the amount: tax that the channel remits itself. */
  collectedTax?: Money | undefined;
};

/**
 * Takes what the provider says of one payment. News that the state table does not allow from where the row stands
 * (an old webhook that came late) changes nothing; a fee that was estimated gives way to the real one, and to nothing
 * else. Gives the row as it stands now.
 */
export async function recordPayment(em: EntityManager, news: News): Promise<Payment> {
  const { orderId, provider, reference, status, rawStatus, statusReason = null, amount, fee, collectedTax } = news;
  const [inserted] = await em.execute<{ id: string }[]>(
    `insert into payments (id, order_id, provider, reference, status, raw_status, status_reason, amount_minor, currency,
       fee_minor, fee_estimated, collected_tax_minor)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (provider, reference) do nothing returning id`,
    [
      randomUUID(),
      orderId,
      provider,
      reference,
      status,
      rawStatus,
      statusReason,
      amount.amountMinor,
      amount.currency,
      fee?.amount.amountMinor ?? null,
      fee?.estimated ?? false,
      collectedTax?.amountMinor ?? 0n,
    ],
  );
  const row = await em.findOneOrFail(Payment, { provider, reference });
  const moves = mayMove(paymentMoves, row.status, status);
  const isFeeNews = fee !== undefined && (row.feeMinor == null || (row.feeEstimated && !fee.estimated));
  if (moves || isFeeNews) {
    await em.nativeUpdate(
      Payment,
      { id: row.id, status: row.status },
      {
        ...(moves ? { status, rawStatus, statusReason } : {}),
        ...(isFeeNews ? { feeMinor: fee.amount.amountMinor, feeEstimated: fee.estimated } : {}),
        updatedAt: timeOf(em),
      },
    );
  }
  const after = await em.findOneOrFail(Payment, { id: row.id });
  if (inserted || moves)
    await note(em, orderId, 'noted', `payment ${reference} is ${after.status}: ${formatMoney(amount)}`, {
      provider,
      reference,
      status: after.status,
      ...(statusReason ? { reason: statusReason } : {}),
    });
  if (fee?.estimated && (inserted || isFeeNews))
    await note(em, orderId, 'noted', `${provider} does not say its fee yet: estimated at ${formatMoney(fee.amount)}`, {
      provider,
      reference,
    });
  return after;
}

export const paymentsOf = (em: EntityManager, orderId: OrderId): Promise<Payment[]> =>
  em.find(Payment, { orderId }, { orderBy: { createdAt: 'asc' }, limit: 100 });

/** The order that a capture of PayPal's is for: by our row of it, PayPal's order, or what we gave that to carry. */
export async function orderOfCapture(
  em: EntityManager,
  capture: { id: string; orderId?: string; customId?: string },
): Promise<Order | null> {
  const known = await em.findOne(Payment, { provider: 'paypal', reference: capture.id });
  if (known) return findOrder(em, known.orderId);
  if (capture.orderId) return orderByReference(em, 'paypal', capture.orderId);
  const { customId } = capture;
  return customId && /^[0-9a-f-]{36}$/.test(customId) ? findOrder(em, customId as OrderId) : null;
}
