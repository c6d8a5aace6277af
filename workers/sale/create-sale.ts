import { invariant } from '../../domain/call-outcome.ts';
import { dayMs } from '../../domain/durations.ts';
import { expectedFees, type Fees, feesAt, platformCurrency } from '../../domain/fees.ts';
import { ledgerEvent } from '../../domain/ledger-event.ts';
import { add, convert, formatMoney, type Money, negate } from '../../domain/money.ts';
import { saleBooked } from '../../domain/postings.ts';
import { legsOf, type Profit, profitOf } from '../../domain/profit.ts';
import { payoutQueue } from '../../queues/payout.ts';
import { advance } from '../../queues/transact.ts';
import { commissionPercent } from '../../store/accounts/settings.ts';
import { commissionAdmin, findUser } from '../../store/accounts/users.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Order } from '../../store/entities/order.ts';
import { owedFrom } from '../../store/money/current-account.ts';
import { orderSums, post } from '../../store/money/ledger.ts';
import { custodyOf, maxCostOf, rateOf, updateOrder } from '../../store/orders/orders.ts';
import { nothingStands, purchaseOrdersOf } from '../../store/orders/supplier-orders.ts';
import { note } from '../../store/orders/timeline.ts';
import { addLeg, addSale, findSale } from '../../store/payouts/sales.ts';
import { receiversOf } from '../../transactions/receivers.ts';
import { type Context, later, type Processor } from '../context/context.ts';
import { awaitsFee } from '../payment/open-fee.ts';
import { orderStep, recheck } from '../step/order-step.ts';

/** How often PayPal is asked for a fee that it has not reported. */
const feeAgainMs = 15 * 60_000;

/** Books the sale with the amounts that were really captured, charged and paid, and makes the payout legs. */
export const createSale: Processor<'orderId'> = ({ orderId }, ctx) =>
  orderStep(ctx, { queue: 'create-sale', id: orderId, from: ['PURCHASED'] }, async order => {
    if (await awaitsFee(ctx, order))
      return recheck(ctx, order, feeAgainMs, { note: 'PayPal has not said its fee yet' });
    return ctx.transact(async (em, enqueue) => {
      if ((await purchaseOrdersOf(em, order.id)).length === 0) {
        const stop = { to: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION', note: nothingStands } as const;
        await advance(em, enqueue, order, stop);
        return `NEEDS_REVIEW: ${nothingStands}`;
      }
      // From here on only the supplier's parcels move the order.
      await updateOrder(em, order, { saleBookedAt: ctx.now(), nextCheckAt: later(ctx, ctx.config.trackingPollMs) });
      if (await findSale(em, order.id)) return 'nothing to do: the sale is booked';
      const facts = await factsOf(em, order);
      const legs = await bookSale(ctx, em, order, facts);
      for (const leg of legs) enqueue(payoutQueue.jobFor(leg));
      return `sale booked: ${formatMoney(facts.profit.grossProfit)} profit, ${legs.length} payout legs`;
    });
  });

type SaleFacts = {
  gross: Money;
  fees: Fees;
  collectedTax: Money;
  /** Price and fees in the platform's currency. */
  salePrice: Money;
  ours: Fees;
  supplierCost: Money;
  percent: string;
  profit: Profit;
};

/** The sale's amounts, from the order's parking accounts in the ledger: captures, fees, refunds and the purchase. */
async function factsOf(em: EntityManager, order: Order): Promise<SaleFacts> {
  const parked = await orderSums(em, order.id, order.saleCurrency);
  const collectedTax = parked('tax:collected');
  const gross = negate(add(parked('buyer-payments'), collectedTax));
  const fees = { marketplaceFee: parked('fees:marketplace'), paymentFee: parked('fees:payment') };
  const supplierCost = (await orderSums(em, order.id, platformCurrency))('supplier-purchases');
  const rate = rateOf(order);
  const price = convert(gross, rate);
  const ours = feesAt(fees, rate);
  const percent = await commissionPercent(em);
  const profit = profitOf({ salePrice: price, ...ours, supplierCost }, percent);
  return { gross, fees, collectedTax, salePrice: price, ours, supplierCost, percent, profit };
}

async function bookSale(ctx: Context, em: EntityManager, order: Order, facts: SaleFacts) {
  const { gross, fees, collectedTax, supplierCost, profit } = facts;
  const custody = custodyOf(order);
  const admin = await commissionAdmin(em);
  const reseller = await findUser(em, order.userId);
  invariant(reseller, `order ${order.id} has an owner`);
  // Read before this sale is booked, so that it is the debt from earlier sales.
  const shares = legsOf(custody, { ...profit, supplierCost }, await owedFrom(em, order.userId));
  const sale = await addSale(em, {
    orderId: order.id,
    userId: order.userId,
    adminId: admin.id,
    salePrice: facts.salePrice,
    supplierCost,
    fees: facts.ours,
    profit,
    expectedProfit: worstProfit(order, facts),
    setOff: shares.setOff,
    commissionPercent: facts.percent,
  });
  const parties = { custody, reseller: order.userId, admin: admin.id };
  const postings = saleBooked({ ...parties, gross, fees, collectedTax, supplierCost, profit });
  await post(em, { source: 'sale', event: ledgerEvent.saleBooked(sale.id), orderId: order.id, postings });
  await note(
    em,
    order.id,
    'noted',
    `sale booked: profit ${formatMoney(profit.grossProfit)}, commission ${formatMoney(profit.commission)}`,
    {
      sale: sale.id,
      setOff: formatMoney(shares.setOff),
    },
  );
  const notBefore = later(ctx, ctx.config.payoutHoldDays * dayMs);
  const leg = { saleId: sale.id, orderId: order.id, notBefore };
  const receivers = receiversOf(ctx.config, { admin, reseller });
  const legs = [];
  for (const beneficiary of ['admin', 'reseller'] as const) {
    const amount = shares[beneficiary];
    const share = { beneficiary, amount, ...receivers[beneficiary] };
    if (amount.amountMinor > 0n) legs.push(await addLeg(em, { ...leg, ...share }));
  }
  return legs;
}

/** The profit that was accepted before buying, at the highest cost allowed. */
function worstProfit(order: Order, { gross, percent, supplierCost, salePrice: price }: SaleFacts): Money {
  const rate = rateOf(order);
  const ours = feesAt(expectedFees(order.channel, gross, rate), rate);
  const most = order.suppliedByHandAt ? supplierCost : maxCostOf(order);
  return profitOf({ salePrice: price, ...ours, supplierCost: most }, percent).grossProfit;
}
