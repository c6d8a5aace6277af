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

/** The total that left under a call that was given up, as a person saw it at the provider. Zero: nothing left. */
export type Seen = { readonly amount: Money; readonly why: string; readonly by: UserId };

/**
 * Books the money that left under an effect that was given up, and lets its order continue. A payout's beneficiary
 * counts as paid that much, and a leg that is still open pays the rest. A purchase's money counts as lost. A later
 * amount replaces an earlier one. @throws DecisionRefused
 */
export async function settleContradiction(
  em: EntityManager,
  enqueue: Enqueue,
  id: string,
  { amount, why, by }: Seen,
): Promise<Order> {
  const found = await lockContradiction(em, id);
  if (!found || found.settled) throw refusal('NOT_CONTRADICTED', 'no call that was given up is waiting for an amount');
  if (amount.currency !== platformCurrency)
    throw refusal('NOT_CONTRADICTED', `enter the amount in ${platformCurrency}`);
  if (found.partMinor !== null && amount.amountMinor !== 0n && amount.amountMinor !== found.partMinor) {
    const part = formatMoney(money(found.partMinor, platformCurrency));
    throw refusal('AMOUNTS_DIFFER', `one payout was to pay several orders: enter ${part} for this one, or 0`);
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

/** Refunds and captures are booked under their own numbers, whoever asked for them. */
async function postingsOf(em: EntityManager, order: Order, found: Contradiction, amount: Money) {
  if (found.purpose === 'buy') return lostAtSupplier({ custody: custodyOf(order), lost: amount });
  const leg = found.purpose === 'pay' ? await findLeg(em, found.subject as LegId) : null;
  if (!leg)
    throw refusal(
      'BOOKED_BY_ITSELF',
      `the money of a ${found.purpose} is booked when its provider reports it: enter 0`,
    );
  const { beneficiary, userId: holder } = leg;
  const from = found.route === 'payoneer' ? 'payoneer' : 'paypal';
  return legPaid({ beneficiary, holder, amount, fee: zero(amount.currency), from });
}

/** Once every contradiction of a leg is settled, the leg pays what is left of its share. */
async function carryOn(em: EntityManager, enqueue: Enqueue, { orderId, subject }: Contradiction): Promise<void> {
  if ((await contradictionsOf(em, orderId)).some(other => other.subject === subject && !other.settled)) return;
  const leg = await heldLeg(em, subject as LegId);
  if (!leg) return;
  await moveLeg(em, leg, 'PENDING', { reason: null });
  await fitToSale(em, leg);
  if (leg.status === 'PENDING') enqueue(jobForLeg(leg));
}
