import type { Money } from '../domain/money.ts';
import type { Order, SupplierOrder } from '../store/entities/order.ts';
import { bookPurchase } from '../store/purchase-books.ts';
import { awaitSupplierRefund } from '../store/second-purchase.ts';
import { keepNews } from '../store/supplier-orders.ts';
import type { Context } from './context.ts';
import { move } from './order-step.ts';
import { afterBuying } from './stop-order.ts';

/**
 * The supplier cancelled what it was paid for, whether that is noticed while the order is bought or when its parcels
 * are followed. No leg leaves; only proof that the supplier gave the money back lets the order be bought again.
 */
export function supplierCancelled(
  ctx: Context,
  order: Order,
  rows: readonly SupplierOrder[],
  cost: Money,
): Promise<string> {
  const numbers = rows.filter(row => row.status === 'CANCELLED' && row.wasPaid).map(({ number }) => number);
  const note = `AliExpress cancelled ${numbers.join(', ')} after it was paid: confirm its refund, or refund the buyer`;
  // Another freeze that goes on outlives this one.
  const { frozenFor } = { ...order, ...afterBuying(order) };
  return move(
    ctx,
    order,
    { to: 'WAITING', reason: 'SUPPLIER_REFUND_UNPROVEN', until: null, note },
    {
      facts: { frozenFor: frozenFor ?? 'SUPPLIER_CANCELLED' },
      also: async em => {
        await keepNews(em, order, rows);
        await bookPurchase(em, order, cost);
        await awaitSupplierRefund(em, order, rows);
      },
    },
  );
}
