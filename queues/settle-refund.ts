import { convert, type Money, money, negate, subtract } from '../domain/money.ts';
import { buyerRefunded, saleShrunk } from '../domain/postings.ts';
import { dueToReseller, type Profit, profitOf } from '../domain/profit.ts';
import type { PayoutLeg, Sale } from '../store/entities/money.ts';
import type { Order, Payment } from '../store/entities/order.ts';
import { orderSums, post } from '../store/ledger.ts';
import { legAmount, legsOfOrder, resizeLeg } from '../store/legs.ts';
import type { EntityManager } from '../store/open.ts';
import { custodyOf, rateOf } from '../store/orders.ts';
import { recordPayment } from '../store/payments.ts';
import { type RefundNews, recordRefund, refundedOf } from '../store/refunds.ts';
import { commissionOf, findSale } from '../store/sales.ts';
import { cancelLeg, claimUnpaid } from '../store/unpaid-legs.ts';
import { commissionAdmin } from '../store/users.ts';

/**
 * Books money that went back to the buyer, whoever sent it, once per refund. A booked sale is worth less then: legs
 * that are not paid shrink or are cancelled, and what has left becomes a receivable. The caller owns the order.
 */
export async function settleRefund(em: EntityManager, order: Order, payment: Payment, news: RefundNews): Promise<void> {
  if (!(await recordRefund(em, { id: payment.id, orderId: order.id }, news))) return;
  await updatePayment(em, order, payment, news.kind, await refundedOf(em, order.id, payment.currency));
  const { channel, userId: reseller, id: orderId } = order;
  const { amount } = news;
  const postings = buyerRefunded({ channel, custody: custodyOf(order), reseller, amount });
  await post(em, { source: payment.provider, event: `${news.kind}:${news.reference}`, orderId, postings });
  const sale = await findSale(em, orderId);
  if (sale) await shrink(em, order, sale, news);
}

const updatePayment = (em: EntityManager, order: Order, payment: Payment, kind: RefundNews['kind'], back: Money) => {
  const whole = back.amountMinor >= payment.amountMinor;
  const status = kind === 'reversal' ? 'REVERSED' : whole ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  return recordPayment(em, {
    orderId: order.id,
    provider: payment.provider,
    reference: payment.reference,
    status,
    rawStatus: status,
    amount: money(payment.amountMinor, payment.currency),
  });
};

async function shrink(em: EntityManager, order: Order, sale: Sale, { reference, amount }: RefundNews): Promise<void> {
  const { percent } = await commissionOf(em, sale.id);
  const booked = await orderSums(em, order.id, order.saleCurrency, 'sale');
  const collectedTax = negate(booked('tax:collected'));
  const gross = subtract(booked('buyer-payments'), collectedTax);
  const worth = (price: Money) => ({ gross: price, profit: profitAt(order, sale, percent, price) });
  const [before, after] = [worth(gross), worth(subtract(gross, amount))];
  const supplierCost = money(sale.supplierCostMinor, sale.currency);
  const custody = custodyOf(order);
  const shares = (profit: Profit) => ({
    admin: profit.commission,
    reseller: dueToReseller(custody, { ...profit, supplierCost }),
  });
  const [had, has] = [shares(before.profit), shares(after.profit)];
  for (const leg of await legsOfOrder(em, order.id))
    if (leg.saleId === sale.id) await shrinkLeg(em, leg, subtract(had[leg.beneficiary], has[leg.beneficiary]));
  const admin = await commissionAdmin(em);
  const fees = {
    marketplaceFee: negate(booked('fees:marketplace')),
    paymentFee: negate(booked('fees:payment')),
  };
  const parties = { custody, reseller: order.userId, admin: admin.id };
  const postings = saleShrunk({ ...parties, fees, collectedTax, supplierCost }, before, after);
  await post(em, { source: 'sale', event: `shrunk:${sale.id}:${reference}`, orderId: order.id, postings });
}

/** What the sale is worth at that price. The payment provider keeps its fee. */
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

/** A leg whose money is with us pays that much less. The new owner of its fence is this transaction. */
async function shrinkLeg(em: EntityManager, { id }: PayoutLeg, by: Money): Promise<void> {
  const leg = await claimUnpaid(em, id);
  if (!leg) return;
  const left = subtract(legAmount(leg), by);
  await (left.amountMinor > 0n ? resizeLeg(em, leg, left) : cancelLeg(em, leg, 'SALE_REFUNDED'));
}
