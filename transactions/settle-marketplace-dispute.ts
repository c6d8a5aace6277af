import type { OrderId } from '../domain/ids.ts';
import type { MarketplaceLine, MarketplaceOrder } from '../domain/marketplace-order.ts';
import { zero } from '../domain/money.ts';
import { orderStates } from '../domain/order.ts';
import type { Enqueue } from '../queues/transact.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import { isDisputed, recordDispute } from '../store/money/disputes.ts';
import { paymentsOf } from '../store/money/payments.ts';
import { claimOrder } from '../store/orders/orders.ts';
import { openDispute, settleDispute } from './settle-dispute.ts';
import { paymentReference } from './settle-marketplace-refund.ts';

/**
 * A dispute at a marketplace freezes its order as a PayPal dispute does: nothing more is bought, and no leg leaves.
 * When it is decided, the refund is booked before this function runs, and the rest continues. Idempotent.
 */
export async function settleMarketplaceDispute(
  em: EntityManager,
  enqueue: Enqueue,
  id: OrderId,
  news: { order: MarketplaceOrder; line: MarketplaceLine },
): Promise<void> {
  const { contested, rawPayment, payment: stands, cancelled } = news.order;
  const reference = paymentReference(news);
  const payment = (await paymentsOf(em, id)).find(one => one.reference === reference);
  // The payment was never counted as money, so nothing of it is booked.
  if (!payment || contested === (await isDisputed(em, id))) return;
  const order = await claimOrder(em, id, orderStates);
  if (!order) return;
  const outcome = stands === 'REVERSED' || cancelled ? 'buyer' : 'seller';
  const status = contested ? 'OPEN' : outcome === 'buyer' ? 'BUYER' : 'SELLER';
  const { provider } = payment;
  await recordDispute(em, id, { provider, reference, status, fee: zero(payment.currency) });
  if (contested) await openDispute(em, enqueue, order, payment, `the marketplace says ${rawPayment}`);
  else await settleDispute(em, enqueue, order, payment, { id: reference, outcome });
}
