import { randomUUID } from 'node:crypto';
import type { OrderId } from '../domain/ids.ts';
import { type Currency, formatMoney, type Money, money } from '../domain/money.ts';
import { Refund } from './entities/money.ts';
import type { EntityManager } from './open.ts';
import { note } from './timeline.ts';

export type RefundNews = {
  /** The provider's own number of the refund. */
  reference: string;
  kind: 'refund' | 'reversal';
  status: 'PENDING' | 'COMPLETED' | 'FAILED';
  amount: Money;
};

/** Takes what the provider says of one refund. True when it is completed now and was not before: book it. */
export async function recordRefund(
  em: EntityManager,
  payment: { id: string; orderId: OrderId },
  { reference, kind, status, amount }: RefundNews,
): Promise<boolean> {
  const inserted = await em.execute<{ id: string }[]>(
    `insert into refunds (id, payment_id, order_id, reference, kind, status, amount_minor, currency)
     values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (reference) do nothing returning id`,
    [randomUUID(), payment.id, payment.orderId, reference, kind, status, amount.amountMinor, amount.currency],
  );
  const moved = await em.nativeUpdate(Refund, { reference, status: 'PENDING' }, { status });
  if (inserted.length > 0 || (moved === 1 && status !== 'PENDING'))
    await note(em, payment.orderId, 'noted', `${kind} ${reference} is ${status}: ${formatMoney(amount)}`, {
      reference,
    });
  return status === 'COMPLETED' && (inserted.length > 0 || moved === 1);
}

/** What has gone back to the buyer so far. */
export async function refundedOf(em: EntityManager, orderId: OrderId, currency: Currency): Promise<Money> {
  const [row] = await em.execute<{ total: string }[]>(
    `select coalesce(sum(amount_minor), 0)::text as total from refunds where order_id = ? and status = 'COMPLETED'`,
    [orderId],
  );
  return money(BigInt(row?.total ?? 0), currency);
}

/** Whether somebody is giving money back, and PayPal has not said yet that it went. */
export const isRefundPending = async (em: EntityManager, orderId: OrderId): Promise<boolean> =>
  (await em.count(Refund, { orderId, status: 'PENDING' })) > 0;
