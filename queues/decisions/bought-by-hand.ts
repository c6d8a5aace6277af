/** A purchase by the word of a person: what the supplier has it under, and what it cost where nobody can read that. */
import { randomUUID } from 'node:crypto';
import { platformCurrency } from '../../domain/fees.ts';
import { type Money, zero } from '../../domain/money.ts';
import { timeOf } from '../../store/clock.ts';
import { credentialByAccount } from '../../store/credentials.ts';
import { isInDoubt } from '../../store/effects.ts';
import { closeByHand, saidByPerson } from '../../store/effects-by-hand.ts';
import { type Order, SupplierOrder } from '../../store/entities/order.ts';
import type { EntityManager } from '../../store/open.ts';
import { bookPurchase } from '../../store/purchase-books.ts';
import { isCancelled, keepSupplierOrders, purchaseOrdersOf } from '../../store/supplier-orders.ts';
import { DecisionRefused } from './decision.ts';
import type { OrderFacts } from './order-choices.ts';

/** What the provider calls a supplier order that only a person has seen. */
const seenByPerson = 'SEEN_BY_PERSON';

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

/** The buyer has the goods without an order of ours: nothing is followed, and whoever pays for its goods has paid `cost`. */
export async function suppliedByHand(em: EntityManager, order: Order, cost: Money): Promise<void> {
  inPlatformCurrency(cost);
  const { amountMinor, currency } = cost;
  await em.execute(
    `insert into supplier_orders (id, order_id, number, status, raw_status, was_paid, cost_minor, cost_currency)
     values (?, ?, ?, 'DELIVERED', ?, true, ?, ?)`,
    [randomUUID(), order.id, `by-hand/${order.id}`, seenByPerson, amountMinor, currency],
  );
  await bookPurchase(em, order, cost);
}

/** @throws DecisionRefused */
export function inPlatformCurrency({ currency }: Money): void {
  if (currency !== platformCurrency)
    throw new DecisionRefused('AMOUNTS_DIFFER', `what goods cost is said in ${platformCurrency}`);
}
