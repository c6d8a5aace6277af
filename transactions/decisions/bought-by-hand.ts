/** A purchase confirmed by a person: the supplier's order numbers, and the cost where we cannot read it. */
import { platformCurrency } from '../../domain/fees.ts';
import { sum } from '../../domain/money.ts';
import { credentialByAccount } from '../../store/connections/credentials.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { isInDoubt } from '../../store/effects/effects.ts';
import { closeByHand, saidByPerson } from '../../store/effects/effects-by-hand.ts';
import {
  isCancelled,
  markNotComing,
  markPaid,
  purchaseOrdersOf,
  saveSupplierOrders,
} from '../../store/orders/supplier-orders.ts';
import { bookPurchase } from '../book-purchase.ts';
import { refusal } from '../decision-refused.ts';
import type { PaidOrder } from './decision-schemas.ts';
import type { OrderFacts } from './order-choices.ts';
import { inPlatformCurrency } from './platform-currency.ts';

/**
 * Closes the purchase in doubt under these supplier order numbers. @throws DecisionRefused when a number belongs to
 * another order
 */
export async function boughtByHand(
  em: EntityManager,
  { order, buy }: Pick<OrderFacts, 'order' | 'buy'>,
  numbers: readonly string[],
): Promise<void> {
  if (!buy) throw refusal('NOTHING_IN_DOUBT', 'no purchase is in doubt');
  const apiName = buy.route === 'aliexpress-browser' ? 'aliexpress' : 'aliexpress-dropshipping';
  const account = await credentialByAccount(em, apiName, buy.environment, buy.account);
  if (isInDoubt(buy) || saidByPerson(buy)) await closeByHand(em, buy, { orderNumbers: [...numbers] });
  await saveSupplierOrders(em, order.id, {
    numbers,
    credentialId: account?.id ?? null,
    effectKey: buy.idempotencyKey,
  });
  const own = new Set((await purchaseOrdersOf(em, order.id)).map(({ number }) => number));
  const taken = numbers.filter(number => !own.has(number));
  if (taken.length > 0) throw refusal('REFERENCE_TAKEN', `${taken.join(', ')}: another purchase of ours`);
}

/**
 * As `boughtByHand`, with the amount paid for each supplier order. Any other supplier order of the same purchase counts
 * as not coming and not paid. @throws DecisionRefused
 */
export async function boughtFor(em: EntityManager, facts: OrderFacts, paid: readonly PaidOrder[]): Promise<void> {
  const costs = new Map(paid.map(({ number, cost }) => [number, cost]));
  inPlatformCurrency(...costs.values());
  await boughtByHand(em, facts, [...costs.keys()]);
  for (const row of await purchaseOrdersOf(em, facts.order.id)) {
    const cost = costs.get(row.number);
    if (!cost) await markNotComing(em, row);
    else if (isCancelled(row)) throw refusal('SUPPLIER_CANCELLED_IT', `the supplier has cancelled ${row.number}`);
    else await markPaid(em, row, cost);
  }
  await bookPurchase(em, facts.order, sum([...costs.values()], platformCurrency));
}
