/**
 * Refunds and reversals of payments, one row for each at the provider. A return of one is a numbered row of its own,
 * because returned money may be refunded once more.
 */
import { randomUUID } from 'node:crypto';
import type { OrderId } from '../../domain/ids.ts';
import { type Currency, formatMoney, type Money, min, money, subtract, sum } from '../../domain/money.ts';
import type { PaymentSums } from '../../domain/payment.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Refund } from '../entities/money.ts';
import type { Payment } from '../entities/order.ts';
import { note } from '../orders/timeline.ts';

export type RefundNews = {
  /** The provider's own number of the refund. */
  reference: string;
  kind: 'refund' | 'reversal';
  status: 'PENDING' | 'COMPLETED' | 'FAILED';
  amount: Money;
};

/** Stores what the provider reports of one refund. Returns true when the refund has just become completed: book it. */
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

/** The reference of a refund made by means that the sale channel does not know of. */
export const elsewhere = (orderId: OrderId, reference: string): string => `elsewhere/${orderId}/${reference}`;

export const isElsewhere = (reference: string): boolean => reference.startsWith('elsewhere/');

/** SQL: the refund went through the payment's own provider, which therefore knows it. */
export const atProvider = `reference not like 'elsewhere/%'`;

/** SQL: what a row of `refunds` took from us; a return is negative. */
export const signedAmount = `case kind when 'return' then -amount_minor else amount_minor end`;

/** The refunds of an order through its channel so far, less returns. */
export async function refundedOf(em: EntityManager, orderId: OrderId, currency: Currency): Promise<Money> {
  const [row] = await em.execute<{ total: string }[]>(
    `select coalesce(sum(${signedAmount}), 0)::text as total from refunds
     where order_id = ? and currency = ? and status = 'COMPLETED' and ${atProvider}`,
    [orderId, currency],
  );
  return money(BigInt(row?.total ?? 0), currency);
}

/** One refund or reversal, and the part of it that was not returned. */
export type StandingRefund = { readonly refund: Refund; readonly stands: Money };

/** All completed refunds and reversals of a payment, newest first, fully returned ones included. */
export async function refundsOf(em: EntityManager, paymentId: string): Promise<StandingRefund[]> {
  const rows = await em.find(
    Refund,
    { paymentId, status: 'COMPLETED' },
    { orderBy: { createdAt: 'desc', id: 'asc' }, limit: 1_000 },
  );
  return rows
    .filter(({ kind }) => kind !== 'return')
    .map(refund => {
      const returned = rows.filter(({ ofRefundId }) => ofRefundId === refund.id).map(amountOf);
      return { refund, stands: subtract(amountOf(refund), sum(returned, refund.currency)) };
    });
}

const amountOf = ({ amountMinor, currency }: Refund): Money => money(amountMinor, currency);

/** The sum of what was not returned. */
export const standingSum = (standing: readonly StandingRefund[], currency: Currency): Money =>
  sum(
    standing.map(({ stands }) => stands),
    currency,
  );

/** What was captured, refunded and reversed of a payment so far. */
export async function sumsOf(em: EntityManager, payment: Payment): Promise<PaymentSums> {
  const { currency } = payment;
  const standing = await refundsOf(em, payment.id);
  const of = (kind: Refund['kind']): Money =>
    standingSum(
      standing.filter(({ refund }) => refund.kind === kind),
      currency,
    );
  return { captured: money(payment.amountMinor, currency), refunded: of('refund'), reversed: of('reversal') };
}

/** A return, with the reference it is booked under: the refund's, and its number. */
export type Return = { readonly reference: string; readonly amount: Money };

/**
 * Records that up to `most` of these refunds came back, in the given order. Returns what is to be booked: nothing when
 * all of them were returned before.
 */
export async function recordReturns(
  em: EntityManager,
  standing: readonly StandingRefund[],
  most: Money,
): Promise<Return[]> {
  const returns: Return[] = [];
  let rest = most;
  for (const { refund, stands } of standing) {
    const amount = min(stands, rest);
    if (amount.amountMinor <= 0n) continue;
    rest = subtract(rest, amount);
    const occurrence = (await em.count(Refund, { ofRefundId: refund.id })) + 1;
    const reference = `${refund.reference}/returned/${occurrence}`;
    await em.insert(Refund, {
      id: randomUUID(),
      paymentId: refund.paymentId,
      orderId: refund.orderId,
      reference,
      kind: 'return',
      status: 'COMPLETED',
      amountMinor: amount.amountMinor,
      currency: amount.currency,
      ofRefundId: refund.id,
    });
    await note(em, refund.orderId, 'noted', `${formatMoney(amount)} of ${refund.kind} ${refund.reference} came back`, {
      reference,
    });
    returns.push({ reference, amount });
  }
  return returns;
}

/** The reference of a refund that repeats a returned one: the original's, numbered from the second time on. */
export async function nextOccurrence(em: EntityManager, reference: string): Promise<string> {
  const taken = await em.execute<{ reference: string }[]>(
    `select reference from refunds where reference = ? or (starts_with(reference, ?) and kind <> 'return')`,
    [reference, `${reference}/again/`],
  );
  return taken.length === 0 ? reference : `${reference}/again/${taken.length + 1}`;
}

/** Marks the reference of a refund that a person saw at a marketplace which does not report amounts. */
export const saidByPerson = 'said';

export const wasSaidByPerson = ({ refund: { reference } }: StandingRefund): boolean =>
  reference.includes(`/${saidByPerson}/`);

/** The provider's own number of a refund, without the number of its repetition. */
export const originalOf = ({ reference }: Refund): string => reference.replace(/\/again\/\d+$/, '');

/** Deletes refunds that the provider never completed. If one arrives after all, it is recorded as a new one. */
export const forgetPending = (em: EntityManager, orderId: OrderId): Promise<number> =>
  em.nativeDelete(Refund, { orderId, status: 'PENDING' });

/** Whether a refund with this number at the provider is recorded here. */
export const isRefundKnown = async (em: EntityManager, reference: string): Promise<boolean> =>
  (await em.count(Refund, { reference })) > 0;

/** Whether the refund with this number at the provider has arrived. */
export const hasArrived = async (em: EntityManager, reference: string): Promise<boolean> =>
  (await em.count(Refund, { reference, status: 'COMPLETED' })) > 0;

/** Whether a refund is under way that PayPal has not confirmed yet. */
export const isRefundPending = async (em: EntityManager, orderId: OrderId): Promise<boolean> =>
  (await em.count(Refund, { orderId, status: 'PENDING' })) > 0;
