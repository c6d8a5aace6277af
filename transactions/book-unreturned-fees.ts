/**
 * PayPal keeps its fee of a payment that is given back. Where there is no sale that it is a cost of, somebody bears it as
 * soon as the order is REFUNDED; should the money come again, it is the order's own once more.
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

export const keptFees = 'kept-fees';

/** Books what is kept and borne by nobody yet. The caller owns the order. */
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

/** The money has come again: the fee is a cost of what becomes of the order. The caller owns it. */
export async function takeBackKeptFees(em: EntityManager, { id: orderId }: Order): Promise<void> {
  const postings = merged(reversed(await postingsOf(em, orderId, keptFees)));
  if (postings.length > 0)
    await postTurn(em, { source: keptFees, event: ledgerEvent.keptFeeTakenBack(orderId), orderId, postings });
}

/** At the order's own rate, else the newest; where there is none it is owed as it was kept. */
async function inOurCurrency(em: EntityManager, order: Order, fee: Money): Promise<Money> {
  const span = { notBefore: new Date(0), now: timeOf(em) };
  const rate = order.fxRate ? rateOf(order) : await freshRate(em, platformCurrency, fee.currency, span);
  return rate ? convert(fee, rate) : fee;
}
