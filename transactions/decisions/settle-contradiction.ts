import { platformCurrency } from '../../domain/fees.ts';
import type { LegId, UserId } from '../../domain/ids.ts';
import { ledgerEvent } from '../../domain/ledger-event.ts';
import { formatMoney, type Money, money, subtract, zero } from '../../domain/money.ts';
import { orderStates } from '../../domain/order.ts';
import { legPaid, lostAtSupplier } from '../../domain/postings.ts';
import { jobForLeg } from '../../queues/next-job.ts';
import type { Enqueue } from '../../queues/transact.ts';
import {
  type Contradiction,
  closeContradiction,
  contradictionsOf,
  heldLeg,
  lockContradiction,
} from '../../store/contradictions.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Order } from '../../store/entities/order.ts';
import { postTurn } from '../../store/money/ledger.ts';
import { claimOrder, custodyOf } from '../../store/orders/orders.ts';
import { note } from '../../store/orders/timeline.ts';
import { findLeg, moveLeg } from '../../store/payouts/legs.ts';
import { refusal } from '../decision-refused.ts';
import { endFreeze } from '../end-freeze.ts';
import { fitToSale } from '../fit-payout-to-sale.ts';

/** What left under a call that was given up, in all, as a person has seen it at the provider. Zero: nothing did. */
export type Seen = { readonly amount: Money; readonly why: string; readonly by: UserId };

/**
 * Books what left under a given-up effect, and lets its order go on: a payout's beneficiary has been paid that much, and
 * a leg that is still to be paid pays the rest; a purchase's money is lost. What is said again later replaces what was
 * said. @throws DecisionRefused
 */
export async function settleContradiction(
  em: EntityManager,
  enqueue: Enqueue,
  id: string,
  { amount, why, by }: Seen,
): Promise<Order> {
  const found = await lockContradiction(em, id);
  if (!found || found.settled)
    throw refusal('NOT_CONTRADICTED', 'nothing that was given up is waiting for an amount here');
  if (amount.currency !== platformCurrency)
    throw refusal('NOT_CONTRADICTED', `what left is said in ${platformCurrency}`);
  if (found.partMinor !== null && amount.amountMinor !== 0n && amount.amountMinor !== found.partMinor) {
    const part = formatMoney(money(found.partMinor, platformCurrency));
    throw refusal(
      'AMOUNTS_DIFFER',
      `it was to leave in one payout for several orders: ${part} of it for this one, or nothing`,
    );
  }
  const order = await claimOrder(em, found.orderId, orderStates);
  if (!order) throw refusal('NOT_CONTRADICTED', 'its order is gone');
  await book(em, order, found, subtract(amount, money(found.bookedMinor, platformCurrency)));
  await closeContradiction(em, id, amount.amountMinor, by);
  const text = `${formatMoney(amount)} left under ${found.purpose} ${found.key}, as a person has seen: ${why}`;
  await note(em, order.id, 'noted', text, { by, key: found.key, amount: formatMoney(amount) });
  await endFreeze(em, enqueue, order, 'CONTRADICTION');
  if (found.purpose === 'pay') await carryOn(em, enqueue, found);
  return order;
}

async function book(em: EntityManager, order: Order, found: Contradiction, amount: Money): Promise<void> {
  const postings = amount.amountMinor === 0n ? [] : await postingsOf(em, order, found, amount);
  const event = ledgerEvent.foundOut(found.key, found.partMinor === null ? null : found.subject);
  const source = found.route === 'payoneer' ? 'payoneer' : found.purpose === 'buy' ? 'aliexpress' : 'paypal';
  if (postings.length > 0) await postTurn(em, { source, event, orderId: order.id, postings });
}

/** What went back to buyers, or came from them, is booked by its own number, whoever asked for it. */
async function postingsOf(em: EntityManager, order: Order, found: Contradiction, amount: Money) {
  if (found.purpose === 'buy') return lostAtSupplier({ custody: custodyOf(order), lost: amount });
  const leg = found.purpose === 'pay' ? await findLeg(em, found.subject as LegId) : null;
  if (!leg) throw refusal('BOOKED_BY_ITSELF', `the money of a ${found.purpose} is booked by its own news: say 0`);
  const { beneficiary, userId: holder } = leg;
  const from = found.route === 'payoneer' ? 'payoneer' : 'paypal';
  return legPaid({ beneficiary, holder, amount, fee: zero(amount.currency), from });
}

/** Once all is said of a leg, it pays what is left of its share. */
async function carryOn(em: EntityManager, enqueue: Enqueue, { orderId, subject }: Contradiction): Promise<void> {
  if ((await contradictionsOf(em, orderId)).some(other => other.subject === subject && !other.settled)) return;
  const leg = await heldLeg(em, subject as LegId);
  if (!leg) return;
  await moveLeg(em, leg, 'PENDING', { reason: null });
  await fitToSale(em, leg);
  if (leg.status === 'PENDING') enqueue(jobForLeg(leg));
}
