import { platformCurrency } from '../../domain/fees.ts';
import type { Money } from '../../domain/money.ts';
import { timeOf } from '../../store/database/clock.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Order } from '../../store/entities/order.ts';
import { freshRate, type StoredRate } from '../../store/money/fx.ts';
import { saveSuppliedByHand } from '../../store/orders/supplier-orders.ts';
import { bookPurchase } from '../book-purchase.ts';
import { refusal } from '../decision-refused.ts';
import { inPlatformCurrency } from './platform-currency.ts';

/**
 * The buyer received the goods without a supplier order of ours: no purchase is polled, and the party that pays for the
 * goods has paid `cost`. Returns the changes of the order. @throws DecisionRefused when the sale's currency has no rate
 */
export async function suppliedByHand(em: EntityManager, order: Order, cost: Money): Promise<Partial<Order>> {
  inPlatformCurrency(cost);
  const rate = order.fxRate ? undefined : await newestRate(em, order);
  await saveSuppliedByHand(em, order.id, cost);
  await bookPurchase(em, order, cost);
  const fx = rate ? { fxRate: rate.rate, fxSource: rate.source, fxAsOf: rate.asOf } : {};
  return { suppliedByHandAt: timeOf(em), ...fx };
}

/** The order was never cleared for purchase, so it has no frozen rate. */
async function newestRate(em: EntityManager, { saleCurrency }: Order): Promise<StoredRate> {
  const rate = await freshRate(em, platformCurrency, saleCurrency, { notBefore: new Date(0), now: timeOf(em) });
  if (rate) return rate;
  throw refusal('RATE_MISSING', `store a rate from ${platformCurrency} to ${saleCurrency} first`);
}
