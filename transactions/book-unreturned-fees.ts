/**
 * PayPal keeps its fee when a payment is refunded. A booked sale bears that fee as a cost. Without one, the platform or
 * the reseller bears it as soon as the order is REFUNDED; if the money comes back, the fee belongs to the order again.
 */
import { platformCurrency } from '../domain/fees.ts';
import { bearerOfKeptFees } from '../domain/kept-fees.ts';
import { merged, reversed } from '../domain/ledger.ts';
import { ledgerEvent } from '../domain/ledger-event.ts';
import { convert, formatMoney, type Money } from '../domain/money.ts';
import { keptFeeBorne } from '../domain/postings.ts';
import { timeOf } from '../store/database/clock.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Order } from '../store/entities/order.ts';
import { freshRate } from '../store/money/fx.ts';
import { orderSums, postingsOf, postTurn } from '../store/money/ledger.ts';
import { custodyOf, rateOf } from '../store/orders/orders.ts';
import { lastFailure, note } from '../store/orders/timeline.ts';

const keptFees = 'kept-fees';

/** Books the kept fee that no party bears yet. The caller owns the order. */
export async function bearKeptFees(em: EntityManager, order: Order): Promise<void> {
  if (order.channel !== 'paypal' || order.saleBookedAt) return;
  const fee = (await orderSums(em, order.id, order.saleCurrency))('fees:payment');
  if (fee.amountMinor === 0n) return;
  const bearer = bearerOfKeptFees(custodyOf(order), await lastFailure(em, order.id));
  const worth = await inOurCurrency(em, order, fee);
  const postings = keptFeeBorne({ bearer, reseller: order.userId, fee, worth });
  await postTurn(em, { source: keptFees, event: ledgerEvent.keptFeeBorne(order.id), orderId: order.id, postings });
  await note(em, order.id, 'noted', `PayPal keeps ${formatMoney(fee)}: the ${bearer} bears it`, { bearer });
}

/** The buyer's money came back: the order bears the fee again. The caller owns the order. */
export async function takeBackKeptFees(em: EntityManager, { id: orderId }: Order): Promise<void> {
  const postings = merged(reversed(await postingsOf(em, orderId, keptFees)));
  if (postings.length > 0)
    await postTurn(em, { source: keptFees, event: ledgerEvent.keptFeeTakenBack(orderId), orderId, postings });
}

/** Converts at the order's own rate, else at the newest one. Without any rate the fee is owed in its own currency. */
async function inOurCurrency(em: EntityManager, order: Order, fee: Money): Promise<Money> {
  const span = { notBefore: new Date(0), now: timeOf(em) };
  const rate = order.fxRate ? rateOf(order) : await freshRate(em, platformCurrency, fee.currency, span);
  return rate ? convert(fee, rate) : fee;
}
