import { platformCurrency } from '../../domain/fees.ts';
import type { Money } from '../../domain/money.ts';
import { timeOf } from '../../store/database/clock.ts';
import type { EntityManager } from '../../store/database/open.ts';
import { SupplierOrder } from '../../store/entities/order.ts';
import { refusal } from '../decision-refused.ts';

/** What was paid for a supplier order, by the word of a person. */
export async function paidAs(em: EntityManager, { id, status }: SupplierOrder, cost: Money): Promise<void> {
  const paid = status === 'PLACED_UNPAID' ? ({ status: 'PAID' } as const) : {};
  const costs = { wasPaid: true, costMinor: cost.amountMinor, costCurrency: cost.currency, updatedAt: timeOf(em) };
  await em.nativeUpdate(SupplierOrder, { id }, { ...paid, ...costs });
}

/** @throws DecisionRefused */
export function inPlatformCurrency(...amounts: readonly Money[]): void {
  if (amounts.some(({ currency }) => currency !== platformCurrency))
    throw refusal('AMOUNTS_DIFFER', `what goods cost is said in ${platformCurrency}`);
}
