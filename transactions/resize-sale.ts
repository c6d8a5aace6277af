/**
 * Recalculates a booked sale when its price changes: the buyer was refunded, or the money came back. Every change is a
 * ledger entry of its own. An unpaid leg changes with the sale. A leg that has left stays as it is: the difference
 * becomes a receivable of the platform, or a credit that a further leg pays.
 */
import type { LedgerEvent } from '../domain/ledger-event.ts';
import { add, convert, type Money, max, min, money, negate, subtract, zero } from '../domain/money.ts';
import type { Beneficiary } from '../domain/payout-leg.ts';
import { saleRevalued } from '../domain/postings.ts';
import { dueToReseller, type Profit, profitOf } from '../domain/profit.ts';
import { payoutQueue } from '../queues/payout.ts';
import type { Enqueue } from '../queues/transact.ts';
import { commissionAdmin } from '../store/accounts/users.ts';
import { timeOf } from '../store/database/clock.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { PayoutLeg, Sale } from '../store/entities/money.ts';
import type { Order } from '../store/entities/order.ts';
import { owedFrom } from '../store/money/current-account.ts';
import { orderSums, post } from '../store/money/ledger.ts';
import { custodyOf, rateOf } from '../store/orders/orders.ts';
import { legAmount, legsOfOrder, resizeLeg } from '../store/payouts/legs.ts';
import { addLeg, commissionOf } from '../store/payouts/sales.ts';
import { claimUnpaidLeg, reduceLeg } from './cancel-payout.ts';
import type { Receivers } from './receivers.ts';

type Shares = Readonly<Record<Beneficiary, Money>>;
/** The ledger event of the change, and the change of the price in the sale's currency. */
type Change = { readonly event: LedgerEvent; readonly by: Money };

/** Lowers the price by `by`. The caller owns the order. */
export async function shrinkSale(em: EntityManager, order: Order, sale: Sale, change: Change): Promise<void> {
  const { had, has } = await rebook(em, order, sale, { ...change, by: negate(change.by) });
  for (const beneficiary of ['admin', 'reseller'] as const)
    await takeFrom(em, await legsOfSale(em, sale, beneficiary), subtract(had[beneficiary], has[beneficiary]));
}

/**
 * Raises the price by `by` again. Legs that wait pay more. Where a leg has left or was cancelled, a further leg pays
 * the rest, after debts from other sales are set off. The caller owns the order.
 */
export async function regainSale(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  sale: Sale,
  { payTo, ...change }: Change & { payTo: Receivers },
): Promise<void> {
  const { had, has } = await rebook(em, order, sale, change);
  if (order.proceedsHeldBy !== 'platform') return;
  // Read after the entry above is booked, so that debts from other sales are set off first.
  const owed = await owedFrom(em, order.userId);
  for (const beneficiary of ['admin', 'reseller'] as const) {
    const gained = subtract(has[beneficiary], had[beneficiary]);
    const due = min(gained, negate(owed[beneficiary]));
    if (due.amountMinor > 0n) {
      const leg = await payMore(em, order, sale, { beneficiary, due, ...payTo[beneficiary] });
      if (leg) enqueue(payoutQueue.jobFor(leg));
    }
  }
}

async function rebook(em: EntityManager, order: Order, sale: Sale, { event, by }: Change) {
  const { percent } = await commissionOf(em, sale.id);
  const booked = await orderSums(em, order.id, order.saleCurrency, 'sale');
  const collectedTax = negate(booked('tax:collected'));
  const gross = subtract(booked('buyer-payments'), collectedTax);
  const worth = (price: Money) => ({ gross: price, profit: profitAt(order, sale, percent, price) });
  const [before, after] = [worth(gross), worth(add(gross, by))];
  const supplierCost = money(sale.supplierCostMinor, sale.currency);
  const custody = custodyOf(order);
  const shares = (profit: Profit): Shares => ({
    admin: profit.commission,
    reseller: dueToReseller(custody, { ...profit, supplierCost }),
  });
  const admin = await commissionAdmin(em);
  const fees = {
    marketplaceFee: negate(booked('fees:marketplace')),
    paymentFee: negate(booked('fees:payment')),
  };
  const parties = { custody, reseller: order.userId, admin: admin.id };
  const postings = saleRevalued({ ...parties, fees, collectedTax, supplierCost }, before, after);
  await post(em, { source: 'sale', event, orderId: order.id, postings });
  return { had: shares(before.profit), has: shares(after.profit) };
}

/** What the sale earns at that price. The payment provider keeps its fee. */
const profitAt = (order: Order, sale: Sale, percent: string, price: Money): Profit =>
  profitOf(
    {
      salePrice: convert(price, rateOf(order)),
      supplierCost: money(sale.supplierCostMinor, sale.currency),
      marketplaceFee: money(sale.marketplaceFeeMinor, sale.currency),
      paymentFee: money(sale.paymentFeeMinor, sale.currency),
    },
    percent,
  );

/** The legs of one beneficiary, newest first. */
const legsOfSale = async (em: EntityManager, { id, orderId }: Sale, beneficiary: Beneficiary) =>
  (await legsOfOrder(em, orderId))
    .filter(leg => leg.saleId === id && leg.beneficiary === beneficiary)
    .toSorted((a, b) => b.part - a.part);

/** Legs whose money is still with us pay `less` in all. This transaction claims each of them. */
async function takeFrom(em: EntityManager, legs: readonly PayoutLeg[], less: Money): Promise<void> {
  let rest = less;
  for (const { id } of legs.filter(({ status }) => status !== 'CANCELLED')) {
    if (rest.amountMinor <= 0n) return;
    const leg = await claimUnpaidLeg(em, id);
    if (!leg) continue;
    const amount = legAmount(leg);
    await reduceLeg(em, leg, rest);
    rest = max(subtract(rest, amount), zero(rest.currency));
  }
}

/** Raises a leg that waits, or adds a further one. Returns the further leg. */
async function payMore(
  em: EntityManager,
  order: Order,
  sale: Sale,
  { due, ...share }: { beneficiary: Beneficiary; due: Money } & Receivers[Beneficiary],
): Promise<PayoutLeg | undefined> {
  const legs = await legsOfSale(em, sale, share.beneficiary);
  for (const { id } of legs.filter(({ status }) => status === 'PENDING')) {
    const leg = await claimUnpaidLeg(em, id);
    if (!leg) continue;
    await resizeLeg(em, leg, add(legAmount(leg), due));
    return undefined;
  }
  const part = Math.max(0, ...legs.map(leg => leg.part)) + 1;
  return addLeg(em, { saleId: sale.id, orderId: order.id, part, amount: due, notBefore: timeOf(em), ...share });
}
