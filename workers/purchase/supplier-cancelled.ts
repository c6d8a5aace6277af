import { formatMoney, type Money } from '../../domain/money.ts';
import { advance } from '../../queues/transact.ts';
import type { Order, SupplierOrder } from '../../store/entities/order.ts';
import { freeze, recheckOrder, updateOrder, waitForAction } from '../../store/orders/orders.ts';
import { saveSupplierNews } from '../../store/orders/supplier-orders.ts';
import { note } from '../../store/orders/timeline.ts';
import { bookPurchase } from '../../transactions/book-purchase.ts';
import { clearReversalFreeze } from '../../transactions/halt-purchase.ts';
import { awaitSupplierRefund } from '../../transactions/undo-purchase.ts';
import { type Context, later } from '../context/context.ts';

const reason = 'SUPPLIER_REFUND_UNPROVEN';

/**
 * The supplier cancelled a supplier order that was paid; noticed while the order is bought, or while its parcels are
 * followed. No leg leaves, and only proof of the supplier's refund lets the order go on. `cost` is the cost of all
 * `rows`; those that are not cancelled are still followed.
 */
export const supplierCancelled = (
  ctx: Context,
  order: Order,
  rows: readonly SupplierOrder[],
  cost: Money,
): Promise<string> =>
  ctx.transact(async (em, enqueue) => {
    await saveSupplierNews(em, order, rows);
    await bookPurchase(em, order, cost);
    const news = await awaitSupplierRefund(em, order, rows);
    const text = noteOf(rows, cost);
    const waits = order.status === 'WAITING' && order.waitReason === reason;
    if (!waits) {
      await updateOrder(em, order, clearReversalFreeze(order));
      await freeze(em, order, 'SUPPLIER_CANCELLED');
      await advance(em, enqueue, order, { to: 'WAITING', reason, until: null, note: text });
    } else if (news) await note(em, order.id, 'noted', text);
    if (rows.some(isOnItsWay)) await recheckOrder(em, order, later(ctx, ctx.config.trackingPollMs));
    else if (waits) await waitForAction(em, order);
    return waits ? `still WAITING (${reason})` : `WAITING (${reason}): ${text}`;
  });

const isOnItsWay = ({ status }: SupplierOrder): boolean => status === 'PAID' || status === 'SHIPPED';

function noteOf(rows: readonly SupplierOrder[], cost: Money): string {
  const numbers = (of: (row: SupplierOrder) => boolean) => rows.filter(of).map(({ number }) => number);
  const cancelled = numbers(row => row.status === 'CANCELLED' && row.wasPaid).join(', ');
  const rest = numbers(row => row.status !== 'CANCELLED').join(', ');
  const others = rest ? `; ${rest} of the same purchase (${formatMoney(cost)} in all) goes on` : '';
  return `AliExpress cancelled ${cancelled} after it was paid: confirm its refund, or refund the buyer${others}`;
}
