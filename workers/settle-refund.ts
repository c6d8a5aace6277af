import { buyerRefunded, saleRefunded } from '../domain/ledger.ts';
import { convert, type Money, money, subtract } from '../domain/money.ts';

import { dueToReseller, type Profit, profitOf } from '../domain/profit.ts';
import type { PayoutLeg, Sale } from '../store/entities/money.ts';
import type { Order, Payment } from '../store/entities/order.ts';
import { release } from '../store/funding.ts';
import { post } from '../store/ledger.ts';
import { claimLeg, legsOfOrder, moveLeg, resizeLeg } from '../store/legs.ts';
import type { EntityManager } from '../store/open.ts';
import { custodyOf, rateOf } from '../store/orders.ts';
import { recordPayment } from '../store/payments.ts';
import { type RefundNews, recordRefund, refundedOf } from '../store/refunds.ts';
import { commissionOf, findSale } from '../store/sales.ts';
import { commissionAdmin } from '../store/users.ts';

/**
 * Books money that went back to the buyer, whoever sent it, once per refund. A booked sale is worth less then: legs
 * that have not left shrink or are cancelled, and what has left becomes a receivable. The caller owns the order.
 */
export async function settleRefund(em: EntityManager, order: Order, payment: Payment, news: RefundNews): Promise<void> {
  const before = await refundedOf(em, order.id, payment.currency);
  if (!(await recordRefund(em, { id: payment.id, orderId: order.id }, news))) return;
  const after = money(before.amountMinor + news.amount.amountMinor, payment.currency);
  await updatePayment(em, order, payment, news.kind, after);
  const sale = await findSale(em, order.id);
  const postings = sale
    ? await shrink(em, order, sale, { before, after, amount: news.amount })
    : buyerRefunded({ channel: order.channel, amount: news.amount });
  await post(em, { source: payment.provider, event: `${news.kind}:${news.reference}`, orderId: order.id, postings });
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

type Back = { before: Money; after: Money; amount: Money };

async function shrink(em: EntityManager, order: Order, sale: Sale, { before, after, amount }: Back) {
  const { percent } = await commissionOf(em, sale.id);
  const then = profitAfter(order, sale, percent, before);
  const now = profitAfter(order, sale, percent, after);
  for (const leg of await legsOfOrder(em, order.id)) if (leg.saleId === sale.id) await refit(em, order, sale, leg, now);
  const admin = await commissionAdmin(em);
  return saleRefunded({
    channel: order.channel,
    custody: custodyOf(order),
    reseller: order.userId,
    admin: admin.id,
    amount,
    before: then,
    after: now,
  });
}

/** What the sale is worth once so much has gone back. The payment provider keeps its fee. */
function profitAfter(order: Order, sale: Sale, percent: string, back: Money): Profit {
  const ours = (minor: bigint) => money(minor, sale.currency);
  return profitOf(
    {
      salePrice: subtract(ours(sale.salePriceMinor), convert(back, rateOf(order))),
      supplierCost: ours(sale.supplierCostMinor),
      marketplaceFee: ours(sale.marketplaceFeeMinor),
      paymentFee: ours(sale.paymentFeeMinor),
    },
    percent,
  );
}

const unsent: readonly PayoutLeg['status'][] = ['PENDING', 'SKIPPED_INSUFFICIENT_FUNDS'];

/** A leg that has not left is paid what is due now. The new owner of its fence is this transaction. */
async function refit(em: EntityManager, order: Order, sale: Sale, leg: PayoutLeg, now: Profit): Promise<void> {
  const owned = await claimLeg(em, leg.id, unsent);
  if (!owned) return;
  const supplierCost = money(sale.supplierCostMinor, sale.currency);
  const share =
    leg.beneficiary === 'admin' ? now.commission : dueToReseller(custodyOf(order), { ...now, supplierCost });
  const setOff = leg.beneficiary === 'reseller' ? sale.setOffMinor : 0n;
  const due = now.grossProfit.amountMinor > 0n ? share.amountMinor - setOff : 0n;
  if (due > 0n) return resizeLeg(em, owned, money(due, sale.currency));
  await release(em, 'pay', leg.id);
  await moveLeg(em, owned, 'CANCELLED', { reason: 'SALE_REFUNDED' });
}
