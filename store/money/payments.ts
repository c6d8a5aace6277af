import { randomUUID } from 'node:crypto';
import { invariant } from '../../domain/call-outcome.ts';
import type { OrderId } from '../../domain/ids.ts';
import { formatMoney, type Money, money } from '../../domain/money.ts';
import {
  broughtMoney,
  isHeld,
  type PaymentState,
  type PaymentSums,
  paymentMoves,
  statusBySums,
} from '../../domain/payment.ts';
import type { Channel } from '../../domain/sale-channel.ts';
import { mayMove } from '../../domain/state-table.ts';
import { timeOf } from '../database/clock.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { type Order, Payment } from '../entities/order.ts';
import { findOrder, orderByReference } from '../orders/orders.ts';
import { note } from '../orders/timeline.ts';
import { isDisputed } from './disputes.ts';
import type { FeeIn } from './fee-currency.ts';
import { sumsOf } from './refunds.ts';

/** A channel's fee on a payment; `estimated`: by our own fee table, until the channel reports it. */
export type Fee = FeeIn & { readonly estimated: boolean };

type News = {
  orderId: OrderId;
  provider: Channel;
  reference: string;
  status: PaymentState;
  rawStatus: string;
  /** The reason for the status, in the provider's own words. */
  statusReason?: string | undefined;
  amount: Money;
  fee?: Fee | undefined;
  /** Tax on top of the amount, which the channel remits itself. */
  collectedTax?: Money | undefined;
};

const reportedFee = (fee: Fee | undefined) => ({
  feeToldMinor: fee?.told?.amount.amountMinor ?? null,
  feeToldCurrency: fee?.told?.amount.currency ?? null,
  feeRate: fee?.told?.rate.rate ?? null,
  feeRateSource: fee?.told?.rate.source ?? null,
  feeRateAsOf: fee?.told?.rate.asOf ?? null,
});

/** The moves that a provider's status alone may cause. Returned money needs an amount, or a reversal that is over. */
const wordMoves: typeof paymentMoves = {
  ...paymentMoves,
  PARTIALLY_REFUNDED: ['REFUNDED', 'REVERSED', 'DISPUTED'],
  REFUNDED: [],
  REVERSED: ['COMPLETED'],
};

/**
 * Stores what the provider reports of one payment. Once money has come, its status word moves the status only where the
 * sums do not decide; a move that the state table does not allow changes nothing. Only an estimated fee is replaced,
 * and only by the real one. Returns the row as it is now.
 */
export async function recordPayment(em: EntityManager, news: News): Promise<Payment> {
  const { orderId, provider, reference, status, rawStatus, statusReason = null, amount, fee, collectedTax } = news;
  const told = reportedFee(fee);
  const [inserted] = await em.execute<{ id: string }[]>(
    `insert into payments (id, order_id, provider, reference, status, raw_status, status_reason, amount_minor, currency,
       fee_minor, fee_estimated, fee_told_minor, fee_told_currency, fee_rate, fee_rate_source, fee_rate_as_of, collected_tax_minor)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (provider, reference) do nothing returning id`,
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
      told.feeToldMinor,
      told.feeToldCurrency,
      told.feeRate,
      told.feeRateSource,
      told.feeRateAsOf,
      collectedTax?.amountMinor ?? 0n,
    ],
  );
  const row = await em.findOneOrFail(Payment, { provider, reference });
  invariant(!fee || fee.amount.currency === row.currency, `the fee of payment ${reference} is in its currency`);
  const stands = broughtMoney(status)
    ? statusBySums(status, await sumsOf(em, row), await isDisputed(em, row.orderId))
    : status;
  const moves = !inserted && mayMove(wordMoves, row.status, stands);
  const isFeeNews = fee !== undefined && (row.feeMinor == null || (row.feeEstimated && !fee.estimated));
  if (moves || isFeeNews) {
    await em.nativeUpdate(
      Payment,
      { id: row.id, status: row.status },
      {
        ...(moves ? { status: stands, rawStatus, statusReason } : {}),
        ...(isFeeNews ? { feeMinor: fee.amount.amountMinor, feeEstimated: fee.estimated, ...reportedFee(fee) } : {}),
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

/**
 * Derives the status of a payment from its sums, after a refund, a return, or a change of a dispute.
 * @param word the provider's status word now; the stored status when the provider was not asked
 */
export async function settleStatus(em: EntityManager, { id }: Payment, word?: PaymentState): Promise<Payment> {
  const row = await em.findOneOrFail(Payment, { id });
  const status = statusBySums(word ?? row.status, await sumsOf(em, row), await isDisputed(em, row.orderId));
  if (!mayMove(paymentMoves, row.status, status)) return row;
  await em.nativeUpdate(Payment, { id, status: row.status }, { status, updatedAt: timeOf(em) });
  const { provider, reference, amountMinor, currency, orderId } = row;
  await note(em, orderId, 'noted', `payment ${reference} is ${status}: ${formatMoney(money(amountMinor, currency))}`, {
    provider,
    reference,
    status,
  });
  return em.findOneOrFail(Payment, { id });
}

/** A payment that brought money, with the sums of its refunds and reversals. */
type HeldPayment = { readonly payment: Payment; readonly sums: PaymentSums };

/** A marketplace payment that was reversed before we saw it paid: it was never booked. */
const neverCame = ({ provider, status }: Payment): boolean =>
  !broughtMoney(status) || (provider !== 'paypal' && status === 'REVERSED');

export async function moneyOf(em: EntityManager, orderId: OrderId): Promise<HeldPayment[]> {
  const held: HeldPayment[] = [];
  for (const payment of await paymentsOf(em, orderId))
    if (!neverCame(payment)) held.push({ payment, sums: await sumsOf(em, payment) });
  return held;
}

/** Whether some of the buyer's money is certainly here: by its amounts, and without a dispute. */
export async function holdsMoney(em: EntityManager, orderId: OrderId): Promise<boolean> {
  if (await isDisputed(em, orderId)) return false;
  return (await moneyOf(em, orderId)).some(({ payment, sums }) => isHeld(payment.status, sums));
}

export const paymentsOf = (em: EntityManager, orderId: OrderId): Promise<Payment[]> =>
  em.find(Payment, { orderId }, { orderBy: { createdAt: 'asc' }, limit: 100 });

export const findPayment = (em: EntityManager, id: Payment['id']): Promise<Payment> =>
  em.findOneOrFail(Payment, { id });

/** The payment of one of these PayPal captures. */
export const paymentOfCapture = (em: EntityManager, ...captures: readonly string[]): Promise<Payment | null> =>
  em.findOne(Payment, { provider: 'paypal', reference: { $in: [...captures] } });

/** Whether a PayPal capture is a payment here whose fee is only estimated. */
export const isFeeEstimated = async (em: EntityManager, capture: string): Promise<boolean> =>
  (await em.count(Payment, { provider: 'paypal', reference: capture, feeEstimated: true })) > 0;

/** The order of a PayPal capture: by our payment row, by PayPal's order, or by the custom id that we gave it. */
export async function orderOfCapture(
  em: EntityManager,
  capture: { id: string; orderId?: string; customId?: string },
): Promise<Order | null> {
  const known = await paymentOfCapture(em, capture.id);
  if (known) return findOrder(em, known.orderId);
  if (capture.orderId) return orderByReference(em, 'paypal', capture.orderId);
  const { customId } = capture;
  return customId && /^[0-9a-f-]{36}$/.test(customId) ? findOrder(em, customId as OrderId) : null;
}
