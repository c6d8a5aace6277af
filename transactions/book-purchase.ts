import { platformCurrency } from '../domain/fees.ts';
import type { OrderId } from '../domain/ids.ts';
import { type LedgerEvent, ledgerEvent } from '../domain/ledger-event.ts';
import { type Money, money, sum } from '../domain/money.ts';
import { supplierPaid } from '../domain/postings.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import { standingEffect } from '../store/effects/effects.ts';
import type { Order, SupplierOrder } from '../store/entities/order.ts';
import { consume } from '../store/money/funding.ts';
import { isPosted, post } from '../store/money/ledger.ts';
import { custodyOf } from '../store/orders/orders.ts';
import { isByHand, purchaseOrdersOf } from '../store/orders/supplier-orders.ts';

/** The sum of the costs of the paid rows, in the platform's currency. */
export const costOf = (rows: readonly SupplierOrder[]): Money =>
  sum(
    rows.filter(({ wasPaid }) => wasPaid).map(row => money(row.costMinor ?? 0n, row.costCurrency ?? platformCurrency)),
    platformCurrency,
  );

/** The ledger event that books the current purchase. @param row one of its supplier orders, if it has any */
async function purchaseEvent(
  em: EntityManager,
  orderId: OrderId,
  row: SupplierOrder | undefined,
): Promise<LedgerEvent> {
  if (row && isByHand(row)) return ledgerEvent.bought(row.number);
  const key = row ? row.effectKey : (await standingEffect(em, 'buy', orderId))?.idempotencyKey;
  return ledgerEvent.bought(key ?? orderId);
}

/** Whether the cost of the current purchase is in the ledger. @param rows its supplier orders */
export async function isPurchaseBooked(
  em: EntityManager,
  orderId: OrderId,
  rows: readonly SupplierOrder[],
): Promise<boolean> {
  const event = await purchaseEvent(em, orderId, rows[0]);
  return isPosted(em, 'aliexpress', event);
}

/** Who paid for the goods, and from which account. A payment that a person made outside the system cannot be read. */
export const payerOf = (order: Order, row: SupplierOrder | undefined) =>
  ({
    custody: custodyOf(order),
    reseller: order.userId,
    from: row && isByHand(row) ? 'elsewhere' : 'paypal',
  }) as const;

/** The supplier was paid: spends the reservation and books the purchase. Idempotent. */
export async function bookPurchase(em: EntityManager, order: Order, cost: Money): Promise<void> {
  await consume(em, 'buy', order.id, cost);
  const [row] = await purchaseOrdersOf(em, order.id);
  await post(em, {
    source: 'aliexpress',
    event: await purchaseEvent(em, order.id, row),
    orderId: order.id,
    postings: supplierPaid({ ...payerOf(order, row), cost }),
  });
}
