import { invariant } from '../../domain/call-outcome.ts';
import type { MarketplaceLine, MarketplaceOrder } from '../../domain/marketplace-order.ts';
import type { Custody, OrderState } from '../../domain/order.ts';
import { isMarketplace } from '../../domain/sale-channel.ts';
import { enqueueWoken } from '../../queues/enqueue-woken.ts';
import { jobForOrder } from '../../queues/next-job.ts';
import { advance, type Enqueue } from '../../queues/transact.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Order } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import { paymentsOf } from '../../store/money/payments.ts';
import { upsertLine } from '../../store/orders/new-orders.ts';
import { claimOrder, updateOrder, wakeOrder } from '../../store/orders/orders.ts';
import { note } from '../../store/orders/timeline.ts';
import { cancellationTold } from '../../transactions/hold-for-cancellation.ts';
import { settleMarketplaceDispute } from '../../transactions/settle-marketplace-dispute.ts';
import { paymentReference, settleMarketplaceRefund } from '../../transactions/settle-marketplace-refund.ts';
import { settlePayment } from '../../transactions/settle-payment.ts';
import { type PurchaseState, stopOrder } from '../../transactions/stop-order.ts';
import type { Context } from '../context/context.ts';

type Line = { credential: Credential; custody: Custody; order: MarketplaceOrder; line: MarketplaceLine };

/**
 * `being bought`: a purchase is under way, and its outcome decides about a cancellation or refund. The purchase reads
 * the sale once more before it buys, but may have done so already.
 */
type Taken = 'taken' | 'being bought';

/** Updates one order from its line at the marketplace. Idempotent: the same news again changes nothing. */
export const takeLine = (ctx: Context, news: Line): Promise<Taken> =>
  ctx.transact(async (em, enqueue) => {
    const sale = news.order;
    const { order } = await upsertLine(em, newOrderOf(news));
    const undone = sale.cancelled || sale.payment === 'REVERSED' || news.line.back !== undefined;
    if (undone && order.status === 'PURCHASING') return 'being bought';
    if (sale.cancelled) await cancel(em, enqueue, order);
    else await carryOn(em, enqueue, order, news);
    if (undone || tellsOfMoney(sale)) await settleMarketplaceRefund(ctx.config, em, enqueue, order.id, news);
    await settleMarketplaceDispute(em, enqueue, order.id, news);
    await cancellationTold(em, enqueue, order.id, sale.cancelAsked);
    return 'taken';
  });

/** Whether the marketplace says what happened to the buyer's payment. */
const tellsOfMoney = ({ payment }: MarketplaceOrder): boolean => payment !== 'PENDING' && payment !== 'UNKNOWN';

async function carryOn(em: EntityManager, enqueue: Enqueue, order: Order, news: Line): Promise<void> {
  const { shipTo, payment, review } = news.order;
  await keepShipBy(em, order, news.line);
  if (!order.shipTo && shipTo && !order.buyerErasedAt) await addressArrived(em, enqueue, order, shipTo);
  if (order.status === 'CREATED' && review?.reason === 'SHIPPED_BY_MARKETPLACE')
    return advance(em, enqueue, order, { to: 'CANCELLED', note: handledByMarketplace(order, review.note) });
  if (order.status === 'CREATED' && payment === 'UNKNOWN') return unknownStatus(em, enqueue, order, news);
  if (tellsOfMoney(news.order) && (await isUnpaid(em, order, news))) await takePayment(em, enqueue, order, news);
}

/** The marketplace ships this sale itself: it is none of ours, but proceeds held by the platform must be passed on. */
const handledByMarketplace = ({ proceedsHeldBy }: Order, text: string): string =>
  proceedsHeldBy === 'platform' ? `${text}; its proceeds arrive with the platform: pass them on by hand` : text;

/** The payment's status is unknown to us: a person decides. A payment that arrives later is still booked. */
const unknownStatus = (em: EntityManager, enqueue: Enqueue, order: Order, { order: { rawPayment } }: Line) =>
  advance(em, enqueue, order, {
    to: 'NEEDS_REVIEW',
    reason: 'UNKNOWN_STATUS',
    note: `the marketplace says ${rawPayment}, a payment status that we do not know: check there whether it was paid`,
  });

async function isUnpaid(em: EntityManager, order: Order, news: Line): Promise<boolean> {
  if (order.status === 'CREATED') return true;
  if (order.status !== 'NEEDS_REVIEW') return false;
  return !(await paymentsOf(em, order.id)).some(({ reference }) => reference === paymentReference(news));
}

/** Books the payment in any case; a sale that a person must look at goes to review and is not bought before. */
async function takePayment(em: EntityManager, enqueue: Enqueue, order: Order, news: Line) {
  const { order: sale, line } = news;
  await settlePayment(em, enqueue, order, [
    {
      reference: paymentReference(news),
      // A payment that was refunded in part was complete before.
      status: sale.payment === 'REVERSED' ? 'REVERSED' : 'COMPLETED',
      rawStatus: sale.rawPayment,
      amount: line.total,
      fee: line.fee,
      collectedTax: line.collectedTax,
    },
  ]);
  const review = sale.review ?? (sale.shipped ? sentBefore : undefined);
  if (!review || order.status === 'NEEDS_REVIEW') return;
  const { reason, note: text } = review;
  await advance(em, enqueue, order, { to: 'NEEDS_REVIEW', reason, note: text });
}

/** We learnt late of a sale that its seller has already shipped: if we bought too, the buyer would get it twice. */
const sentBefore = {
  reason: 'SHIPPED_BY_SELLER',
  note: 'the marketplace says that it was sent before we learnt of the sale',
} as const;

function newOrderOf({ credential, custody, order, line }: Line) {
  const channel = credential.apiName;
  invariant(isMarketplace(channel), `${channel} is a marketplace`);
  return {
    userId: credential.userId,
    channel,
    credentialId: credential.id,
    externalOrderId: order.orderId,
    externalLineId: line.lineId,
    listingId: line.listingId,
    variationId: line.variationId,
    quantity: line.quantity,
    sale: line.total,
    marketplaceFee: line.fee?.currency === line.total.currency ? line.fee : undefined,
    shipTo: order.shipTo,
    buyerAccount: order.buyer,
    custody,
  };
}

/** eBay sets a new shipping date once the sale is paid. */
async function keepShipBy(em: EntityManager, order: Order, { shipBy }: MarketplaceLine): Promise<void> {
  if (shipBy && shipBy.getTime() !== order.shipBy?.getTime()) await updateOrder(em, order, { shipBy });
}

async function addressArrived(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  shipTo: NonNullable<Order['shipTo']>,
): Promise<void> {
  await updateOrder(em, order, { shipTo });
  if (order.waitReason !== 'ADDRESS_MISSING') return;
  await enqueueWoken(enqueue, wakeOrder(em, order.id), jobForOrder);
}

/**
 * The buyer or the seller cancelled. An order that was not bought is cancelled; one that was bought, or may have been,
 * goes to a person.
 */
async function cancel(em: EntityManager, enqueue: Enqueue, order: Order): Promise<void> {
  const { id, status } = order;
  if (status !== 'CREATED' && status !== 'PAID' && status !== 'WAITING' && status !== 'PURCHASED')
    return note(em, id, 'noted', `the marketplace says cancelled; the order is ${status}`);
  const owned = await claimOrder(em, id, [status]);
  if (owned) await stopOrder(em, enqueue, owned, 'cancelled', bought => ({ note: cancelledText(status, bought) }));
}

function cancelledText(status: OrderState, bought: PurchaseState): string {
  if (status === 'PURCHASED') return 'cancelled at the marketplace after the goods were bought';
  switch (bought) {
    case 'nothing':
      return 'cancelled at the marketplace';
    case 'unknown':
      return 'cancelled at the marketplace, and nobody knows whether goods were ordered: look at AliExpress, and do not pay for them';
    case 'ordered':
      return 'cancelled at the marketplace, but goods were ordered: do not pay for them, cancel them on the supplier’s site';
  }
}
