import { randomUUID } from 'node:crypto';
import type { Fees } from '../domain/fees.ts';
import { platformCurrency } from '../domain/fees.ts';
import type { LegId, OrderId, SaleId, UserId } from '../domain/ids.ts';
import { type Money, max, money, negate, zero } from '../domain/money.ts';
import type { Beneficiary } from '../domain/payout-leg.ts';
import type { Profit } from '../domain/profit.ts';
import { AdminCommission, Commission, PayoutLeg, Sale } from './entities/money.ts';
import { balanceOf } from './ledger.ts';
import type { EntityManager } from './open.ts';
import { graceMs } from './orders.ts';

export const findSale = (em: EntityManager, orderId: OrderId): Promise<Sale | null> =>
  em.findOne(Sale, { orderId, voidedAt: null });

export const commissionOf = (em: EntityManager, saleId: SaleId) => em.findOneOrFail(Commission, { saleId });

export const salesOf = (em: EntityManager, userId: UserId | null, page: { limit: number; offset: number }) =>
  em.find(Sale, userId ? { userId } : {}, { orderBy: { createdAt: 'desc', id: 'asc' }, ...page });

export async function addSale(
  em: EntityManager,
  sale: {
    orderId: OrderId;
    userId: UserId;
    adminId: UserId;
    salePrice: Money;
    supplierCost: Money;
    fees: Fees;
    profit: Profit;
    expectedProfit: Money;
    setOff: Money;
    commissionPercent: string;
  },
): Promise<Sale> {
  const id = randomUUID() as SaleId;
  await em.insert(Sale, {
    id,
    orderId: sale.orderId,
    userId: sale.userId,
    currency: platformCurrency,
    salePriceMinor: sale.salePrice.amountMinor,
    supplierCostMinor: sale.supplierCost.amountMinor,
    marketplaceFeeMinor: sale.fees.marketplaceFee.amountMinor,
    paymentFeeMinor: sale.fees.paymentFee.amountMinor,
    grossProfitMinor: sale.profit.grossProfit.amountMinor,
    netProfitMinor: sale.profit.netProfit.amountMinor,
    expectedProfitMinor: sale.expectedProfit.amountMinor,
    setOffMinor: sale.setOff.amountMinor,
  });
  const commissionId = randomUUID();
  await em.insert(Commission, {
    id: commissionId,
    saleId: id,
    percent: sale.commissionPercent,
    amountMinor: sale.profit.commission.amountMinor,
    currency: platformCurrency,
  });
  await em.insert(AdminCommission, { id: randomUUID(), commissionId, adminId: sale.adminId });
  return em.findOneOrFail(Sale, { id });
}

export async function addLeg(
  em: EntityManager,
  leg: {
    saleId: SaleId;
    orderId: OrderId;
    beneficiary: Beneficiary;
    userId: UserId;
    amount: Money;
    route: 'paypal' | 'payoneer';
    receiver: string;
    notBefore: Date;
  },
): Promise<PayoutLeg> {
  const id = randomUUID() as LegId;
  await em.insert(PayoutLeg, {
    id,
    saleId: leg.saleId,
    orderId: leg.orderId,
    beneficiary: leg.beneficiary,
    userId: leg.userId,
    amountMinor: leg.amount.amountMinor,
    currency: leg.amount.currency,
    route: leg.route,
    receiver: leg.receiver,
    status: 'PENDING',
    notBefore: leg.notBefore,
    stateEntry: 1,
    wake: 0,
    fence: 0n,
    nextCheckAt: new Date(Math.max(leg.notBefore.getTime(), Date.now() + graceMs)),
  });
  return em.findOneOrFail(PayoutLeg, { id });
}

/**
 * What a reseller owes from sales that are booked, legs that are still to be paid counted as paid. Entries of orders
 * whose sale is not booked yet (a purchase they have paid for, proceeds that reached them) are no debt so far; of an
 * order that is bought again that is `purchaseEvent`. Locks the reseller, so that two sales cannot set the same debt off
 * twice.
 */
export async function receivableFrom(em: EntityManager, reseller: UserId, purchaseEvent = ''): Promise<Money> {
  await em.execute('select id from users where id = ? for no key update', [reseller]);
  const [row] = await em.execute<{ owed: string }[]>(
    `select (
       (select coalesce(sum(p.amount_minor), 0) from ledger_postings p
          join ledger_transactions t on t.id = p.transaction_id
          where p.account = 'reseller' and p.holder_id = ? and p.currency = ? and t.event <> ?
            and exists (select from sales s where s.order_id = t.order_id))
       + (select coalesce(sum(amount_minor), 0) from payout_legs
            where user_id = ? and beneficiary = 'reseller' and status not in ('PAID', 'CANCELLED'))
     )::text as owed`,
    [reseller, platformCurrency, purchaseEvent, reseller],
  );
  return max(money(BigInt(row?.owed ?? 0), platformCurrency), zero(platformCurrency));
}

/** What the platform owes a user by the ledger; negative is what they owe. */
export async function creditOf(em: EntityManager, userId: UserId, account: 'reseller' | 'admin'): Promise<Money> {
  return negate(await balanceOf(em, account, userId, platformCurrency));
}
