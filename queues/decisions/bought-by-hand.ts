/** A purchase by the word of a person: what the supplier has it under, and what it cost where nobody can read that. */
import { platformCurrency } from '../../domain/fees.ts';
import { type Money, zero } from '../../domain/money.ts';
import { timeOf } from '../../store/clock.ts';
import { credentialByAccount } from '../../store/credentials.ts';
import { isInDoubt } from '../../store/effects.ts';
import { closeByHand, saidByPerson } from '../../store/effects-by-hand.ts';
import { type Order, SupplierOrder } from '../../store/entities/order.ts';
import { freshRate, type StoredRate } from '../../store/fx.ts';
import type { EntityManager } from '../../store/open.ts';
import { bookPurchase } from '../../store/purchase-books.ts';
import { isCancelled, keepSuppliedByHand, keepSupplierOrders, purchaseOrdersOf } from '../../store/supplier-orders.ts';
import { DecisionRefused } from './decision.ts';
import type { OrderFacts } from './order-choices.ts';

/** Closes the purchase in doubt under these numbers. @throws DecisionRefused when one of them is another order's */
export async function boughtByHand(
  em: EntityManager,
  { order, buy }: Pick<OrderFacts, 'order' | 'buy'>,
  numbers: readonly string[],
): Promise<void> {
  if (!buy) throw new DecisionRefused('NOTHING_IN_DOUBT', 'no purchase is in doubt');
  const apiName = buy.route === 'aliexpress-browser' ? 'aliexpress' : 'aliexpress-dropshipping';
  const account = await credentialByAccount(em, apiName, buy.environment, buy.account);
  if (isInDoubt(buy) || saidByPerson(buy)) await closeByHand(em, buy, { orderNumbers: [...numbers] });
  await keepSupplierOrders(em, order.id, account?.id ?? null, numbers, buy.idempotencyKey);
  const own = new Set((await purchaseOrdersOf(em, order.id)).map(({ number }) => number));
  const taken = numbers.filter(number => !own.has(number));
  if (taken.length > 0) throw new DecisionRefused('REFERENCE_TAKEN', `${taken.join(', ')}: another purchase of ours`);
}

/**
 * As above, and these alone were paid: `cost` for all together. Whatever else was ordered with them is not coming, and
 * took no money. @throws DecisionRefused
 */
export async function boughtFor(
  em: EntityManager,
  facts: OrderFacts,
  { supplierOrders: numbers, cost }: { supplierOrders: readonly string[]; cost: Money },
): Promise<void> {
  inPlatformCurrency(cost);
  await boughtByHand(em, facts, numbers);
  const rows = await purchaseOrdersOf(em, facts.order.id);
  const coming = rows.filter(({ number }) => numbers.includes(number));
  const closed = coming.find(isCancelled);
  if (closed) throw new DecisionRefused('AMOUNTS_DIFFER', `the supplier has cancelled ${closed.number}`);
  await paidAs(em, coming, cost);
  for (const { id } of rows.filter(row => !coming.includes(row) && !isCancelled(row)))
    await em.nativeUpdate(SupplierOrder, { id }, { status: 'CANCELLED', wasPaid: false, updatedAt: timeOf(em) });
  await bookPurchase(em, facts.order, cost);
}

/** The first of them carries what all cost together: nobody knows how it was shared among them. */
export async function paidAs(em: EntityManager, rows: readonly SupplierOrder[], cost: Money): Promise<void> {
  for (const [index, { id, status }] of rows.entries()) {
    const { amountMinor, currency } = index === 0 ? cost : zero(cost.currency);
    const paid = status === 'PLACED_UNPAID' ? ({ status: 'PAID' } as const) : {};
    const costs = { wasPaid: true, costMinor: amountMinor, costCurrency: currency, updatedAt: timeOf(em) };
    await em.nativeUpdate(SupplierOrder, { id }, { ...paid, ...costs });
  }
}

/**
 * The buyer has the goods without an order of ours: nothing is followed, and whoever pays for its goods has paid `cost`.
 * Gives what the order becomes by it. @throws DecisionRefused when the sale is in a currency without a rate
 */
export async function supplied(em: EntityManager, order: Order, { cost }: { cost: Money }): Promise<Partial<Order>> {
  inPlatformCurrency(cost);
  const rate = order.fxRate ? undefined : await newestRate(em, order);
  await keepSuppliedByHand(em, order.id, cost);
  await bookPurchase(em, order, cost);
  const fx = rate ? { fxRate: rate.rate, fxSource: rate.source, fxAsOf: rate.asOf } : {};
  return { suppliedByHandAt: timeOf(em), ...fx };
}

/** It was never let through, so that nothing of it was frozen. */
async function newestRate(em: EntityManager, { saleCurrency }: Order): Promise<StoredRate> {
  const rate = await freshRate(em, platformCurrency, saleCurrency, { notBefore: new Date(0), now: timeOf(em) });
  if (rate) return rate;
  throw new DecisionRefused('RATE_MISSING', `store a rate from ${platformCurrency} to ${saleCurrency} first`);
}

/** @throws DecisionRefused */
export function inPlatformCurrency({ currency }: Money): void {
  if (currency !== platformCurrency)
    throw new DecisionRefused('AMOUNTS_DIFFER', `what goods cost is said in ${platformCurrency}`);
}
