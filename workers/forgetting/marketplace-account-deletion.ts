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
 * A person has closed their eBay account, and eBay requires that we erase them (MARKETPLACE_ACCOUNT_DELETION). The
 * erasure is all or nothing, and repeating it changes nothing. What the books need stays, without any name: orders,
 * payments, supplier orders and postings with their ids, amounts and times. For what is erased see `eraseOrders`. The
 * frozen request of a purchase in doubt is erased once its outcome is known: until then only it can prove whether money
 * was spent.
 *
 * eBay sends this for every account that is closed anywhere: most of them never bought here.
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
 * Without an address nothing can be bought any more. Goods that were ordered are delivered: the supplier has the
 * address, and we follow them by number alone. A purchase in doubt goes to a person.
 */
async function stop(em: EntityManager, enqueue: Enqueue, order: Order): Promise<void> {
  if (order.status !== 'PAID' && order.status !== 'WAITING' && order.status !== 'PURCHASING') return;
  const goesOn = whenStopped.erased[purchaseState(order, await standingEffect(em, 'buy', order.id))] === null;
  if (goesOn) return;
  // A purchase that is running now loses its claim, and stops before its next call.
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
