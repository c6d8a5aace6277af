import { type Money, max, min, money, subtract, sum, zero } from '../../domain/money.ts';
import { isUnquantified, leftOf } from '../../domain/payment.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { Order } from '../entities/order.ts';
import { salePrice } from '../orders/orders.ts';
import { moneyOf } from './payments.ts';

/**
 * What is left of a sale to buy its goods with: what its payments brought, less refunds that were made or are about to
 * be made, whoever makes them; never more than the price. Every guard that means "the price" uses this.
 *
 * A payment with a refund of unknown amount counts as zero. So does one in another currency.
 */
export async function leftOfSale(em: EntityManager, order: Order): Promise<Money> {
  const { saleCurrency } = order;
  const certain = (await moneyOf(em, order.id)).filter(
    ({ payment, sums }) => payment.currency === saleCurrency && !isUnquantified(payment.status, sums),
  );
  const here = sum(
    certain.map(({ sums }) => leftOf(sums)),
    saleCurrency,
  );
  return max(zero(saleCurrency), min(salePrice(order), subtract(here, await aboutToGo(em, order))));
}

/** Whether it is known how much went back: a provider may say that money did before it says how much. */
export const isLeftKnown = async (em: EntityManager, { id }: Order): Promise<boolean> =>
  (await moneyOf(em, id)).every(({ payment, sums }) => !isUnquantified(payment.status, sums));

async function aboutToGo(em: EntityManager, { id, saleCurrency }: Order): Promise<Money> {
  const [row] = await em.execute<{ total: string }[]>(
    `select coalesce(sum(amount_minor), 0)::text as total from refunds
     where order_id = ? and currency = ? and status = 'PENDING'`,
    [id, saleCurrency],
  );
  return money(BigInt(row?.total ?? 0), saleCurrency);
}
