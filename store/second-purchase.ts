import type { OrderId } from '../domain/ids.ts';
import { supplierPaid } from '../domain/ledger.ts';
import { type Money, negate } from '../domain/money.ts';
import { invariant } from '../domain/outcome.ts';
import { disproveDone, standingEffect } from './effects.ts';
import { Sale } from './entities/money.ts';
import type { Order } from './entities/order.ts';
import { moneyReturned } from './funding.ts';
import { post, postingsOf } from './ledger.ts';
import { claimLeg, legsOfOrder, moveLeg } from './legs.ts';
import type { EntityManager } from './open.ts';
import { custodyOf } from './orders.ts';
import { findSale } from './sales.ts';
import { note } from './timeline.ts';

/**
 * The supplier has given the whole money back, and somebody has seen it. The purchase counts as not having happened,
 * the sale is booked back, and what has not been paid out is not paid out. What has been is a receivable, set off
 * against the legs of the next sale. The caller owns the order and moves it.
 */
export async function undoPurchase(em: EntityManager, order: Order, cost: Money, seenBy: string): Promise<void> {
  const effect = await standingEffect(em, 'buy', order.id);
  invariant(effect?.status === 'DONE', `order ${order.id} was bought`);
  await disproveDone(em, effect, 'SUPPLIER_REFUNDED');
  await moneyReturned(em, 'buy', order.id);
  const sale = await findSale(em, order.id);
  if (sale) await voidSale(em, order.id, sale);
  const paid = supplierPaid({ custody: custodyOf(order), reseller: order.userId, cost });
  await post(em, {
    source: 'aliexpress',
    event: `refunded:${effect.idempotencyKey}`,
    orderId: order.id,
    postings: paid.map(posting => ({ ...posting, amount: negate(posting.amount) })),
  });
  await note(em, order.id, 'effect', 'the supplier gave the money back', { key: effect.idempotencyKey, seenBy });
}

async function voidSale(em: EntityManager, orderId: OrderId, sale: Sale): Promise<void> {
  const booked = await postingsOf(em, 'sale', `booked:${sale.id}`);
  const postings = booked.map(posting => ({ ...posting, amount: negate(posting.amount) }));
  await post(em, { source: 'sale', event: `voided:${sale.id}`, orderId, postings });
  await em.nativeUpdate(Sale, { id: sale.id }, { voidedAt: new Date() });
  for (const { id } of await legsOfOrder(em, orderId)) {
    const leg = await claimLeg(em, id, ['PENDING', 'SKIPPED_INSUFFICIENT_FUNDS']);
    if (leg) await moveLeg(em, leg, 'CANCELLED', { reason: 'SUPPLIER_CANCELLED' });
  }
}
