import { parseEbayNotification } from '../../providers/ebay/webhook.ts';
import type { Enqueue } from '../../queues/transact.ts';
import { auditAttempt } from '../../store/accounts/audit.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { isInDoubt, standingEffect } from '../../store/effects/effects.ts';
import type { InboundEvent, Order } from '../../store/entities/order.ts';
import { closeForgotten, eraseOrders, ordersOfBuyer } from '../../store/forgetting/erasure.ts';
import { claimOrder } from '../../store/orders/orders.ts';
import { purchaseState, stopOrder, whenStopped } from '../../transactions/stop-order.ts';
import { accountShown } from '../connections/account-shown.ts';
import type { Context } from '../context/context.ts';

/**
 * A person has left eBay, and eBay wants them forgotten (MARKETPLACE_ACCOUNT_DELETION): all or nothing, and the same
 * again changes nothing. What stays is what the books need, and names nobody: orders, payments, supplier orders and
 * postings with their ids, amounts and times. What goes: see `eraseOrders`. The frozen request of a purchase whose
 * outcome nobody knows goes when that is known: until then it alone can tell whether money was spent.
 *
 * eBay tells this of every account that is closed anywhere: most of them never bought here.
 */
export const eraseBuyer = (ctx: Context, event: InboundEvent): Promise<string> =>
  ctx.transact(async (em, enqueue) => {
    const { persons } = parseEbayNotification(Buffer.from(event.body));
    const erased: Order[] = [];
    for await (const page of ordersOfBuyer(em, 'ebay', persons)) {
      for (const order of page) await stop(em, enqueue, order);
      await eraseOrders(em, page, { why: 'the buyer has closed their eBay account' });
      erased.push(...page);
    }
    const text = `a buyer was erased from ${erased.length} orders`;
    await closeForgotten(em, event.id, text);
    if (erased.length === 0) return text;
    const target = { event: event.id, orders: erased.map(({ id }) => id).join(' ') };
    await auditAttempt(em, { operator: 'eBay', action: 'erase a buyer', target }, 'done');
    return text;
  });

/**
 * Nothing is bought for somebody without an address. What has been ordered goes on its way: the supplier has its
 * address already, and asking for it by number names nobody. What may have been ordered is a person's to look at.
 */
async function stop(em: EntityManager, enqueue: Enqueue, order: Order): Promise<void> {
  if (order.status !== 'PAID' && order.status !== 'WAITING' && order.status !== 'PURCHASING') return;
  const goesOn = whenStopped.erased[purchaseState(order, await standingEffect(em, 'buy', order.id))] === null;
  if (goesOn) return;
  // A run that is buying right now has lost its claim, and stops before its next call.
  const owned = await claimOrder(em, order.id, [order.status]);
  if (!owned) throw new Error(`order ${order.id} moved although it is locked`);
  await stopOrder(em, enqueue, owned, 'erased', async (_, buy) => {
    const why = 'the buyer has closed their eBay account and was erased';
    if (!buy || !isInDoubt(buy)) return { note: `${why}; nothing was bought: refund the sale at eBay` };
    const note = `${why}, and nobody knows whether the goods were ordered: look at AliExpress, then decide`;
    const account = await accountShown(em, owned, buy);
    const lastSentAt = buy.lastSentAt?.toISOString() ?? null;
    return { note, evidence: { key: buy.idempotencyKey, account, lastSentAt } };
  });
}
