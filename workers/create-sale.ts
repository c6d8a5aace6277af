import { expectedFees, type Fees } from '../domain/fees.ts';
import { saleBooked } from '../domain/ledger.ts';
import { convert, formatMoney, type Money, subtract } from '../domain/money.ts';
import { invariant } from '../domain/outcome.ts';
import type { PaymentState } from '../domain/payment.ts';
import { legsOf, type Profit, profitOf } from '../domain/profit.ts';
import { payout } from '../queues/payout.ts';
import type { Order } from '../store/entities/order.ts';
import { post } from '../store/ledger.ts';
import type { EntityManager } from '../store/open.ts';
import { custodyOf, maxCostOf, rateOf, salePrice, updateOrder } from '../store/orders.ts';
import { paymentsOf } from '../store/payments.ts';
import { refundedOf } from '../store/refunds.ts';
import { addLeg, addSale, findSale, receivableFrom } from '../store/sales.ts';
import { commissionPercent } from '../store/settings.ts';
import { purchaseCost, purchaseEvent } from '../store/supplier-orders.ts';
import { note } from '../store/timeline.ts';
import { commissionAdmin, findUser } from '../store/users.ts';
import { type Context, later, type Processor } from './context.ts';
import { orderStep } from './order-step.ts';
import { feesOf } from './settle-payment.ts';

/** Books the sale with what was really captured, charged and paid, and makes the payout legs. */
export const createSale: Processor<'orderId'> = ({ orderId }, ctx) =>
  orderStep(ctx, { queue: 'create-sale', id: orderId, from: ['PURCHASED'] }, order =>
    ctx.transact(async (em, enqueue) => {
      // From here on only the supplier's parcels move the order.
      await updateOrder(em, order, { saleBookedAt: ctx.now(), nextCheckAt: later(ctx, ctx.config.trackingPollMs) });
      if (await findSale(em, order.id)) return 'nothing to do: the sale is booked';
      const facts = await factsOf(em, order);
      const legs = await bookSale(ctx, em, order, facts);
      for (const leg of legs) enqueue(payout.jobFor(leg));
      return `sale booked: ${formatMoney(facts.profit.grossProfit)} profit, ${legs.length} payout legs`;
    }),
  );

type SaleFacts = {
  gross: Money;
  fees: Fees;
  /** The same in the platform's currency. */
  salePrice: Money;
  ours: Fees;
  supplierCost: Money;
  percent: string;
  profit: Profit;
};

/** Payments that brought money, whatever happened to it since. */
const kept: ReadonlySet<PaymentState> = new Set([
  'COMPLETED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
  'REVERSED',
  'DISPUTED',
]);

async function factsOf(em: EntityManager, order: Order): Promise<SaleFacts> {
  const payment = (await paymentsOf(em, order.id)).find(({ status }) => kept.has(status));
  invariant(payment, `order ${order.id} has a completed payment`);
  const rate = rateOf(order);
  // What the buyer paid and still has paid: a refund may have come before the sale was booked.
  const gross = subtract(salePrice(order), await refundedOf(em, order.id, order.saleCurrency));
  const fees = feesOf(order.channel, payment);
  const supplierCost = await purchaseCost(em, order.id);
  const price = convert(gross, rate);
  const ours = {
    marketplaceFee: convert(fees.marketplaceFee, rate),
    paymentFee: convert(fees.paymentFee, rate),
  };
  const percent = await commissionPercent(em);
  return {
    gross,
    fees,
    salePrice: price,
    ours,
    supplierCost,
    percent,
    profit: profitOf({ salePrice: price, ...ours, supplierCost }, percent),
  };
}

async function bookSale(ctx: Context, em: EntityManager, order: Order, facts: SaleFacts) {
  const { gross, fees, supplierCost, profit } = facts;
  const custody = custodyOf(order);
  const admin = await commissionAdmin(em);
  const reseller = await findUser(em, order.userId);
  invariant(reseller, `order ${order.id} has an owner`);
  // Before this sale is booked: what the reseller owes from earlier ones.
  const receivable = await receivableFrom(em, order.userId, await purchaseEvent(em, order.id));
  const shares = legsOf(custody, { ...profit, supplierCost }, receivable);
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
  const postings = saleBooked({ custody, reseller: order.userId, admin: admin.id, gross, fees, supplierCost, profit });
  await post(em, { source: 'sale', event: `booked:${sale.id}`, orderId: order.id, postings });
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
  const notBefore = later(ctx, ctx.config.payoutHoldDays * 86_400_000);
  const leg = { saleId: sale.id, orderId: order.id, notBefore };
  const receivers = [
    {
      beneficiary: 'admin',
      userId: admin.id,
      amount: shares.admin,
      route: 'paypal',
      receiver: ctx.config.adminPayoutEmail,
    },
    {
      beneficiary: 'reseller',
      userId: reseller.id,
      amount: shares.reseller,
      route: reseller.payoutProvider ?? ctx.config.payoutProvider,
      receiver: reseller.payoutReceiver ?? reseller.email,
    },
  ] as const;
  const legs = [];
  for (const share of receivers) if (share.amount.amountMinor > 0n) legs.push(await addLeg(em, { ...leg, ...share }));
  return legs;
}

/** The profit that was accepted before buying, at the highest cost allowed. */
function worstProfit(order: Order, { gross, percent, salePrice: price }: SaleFacts): Money {
  const rate = rateOf(order);
  const fees = expectedFees(order.channel, gross, rate);
  const ours = { marketplaceFee: convert(fees.marketplaceFee, rate), paymentFee: convert(fees.paymentFee, rate) };
  return profitOf({ salePrice: price, ...ours, supplierCost: maxCostOf(order) }, percent).grossProfit;
}
