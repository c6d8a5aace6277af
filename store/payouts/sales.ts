import { randomUUID } from 'node:crypto';
import type { Fees } from '../../domain/fees.ts';
import { platformCurrency } from '../../domain/fees.ts';
import type { LegId, OrderId, SaleId, UserId } from '../../domain/ids.ts';
import type { Money } from '../../domain/money.ts';
import type { Beneficiary } from '../../domain/payout-leg.ts';
import type { Profit } from '../../domain/profit.ts';
import { timeIn, timeOf } from '../database/clock.ts';
import { graceMs } from '../database/due-row.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { insertRow } from '../database/table-rows.ts';
import { AdminCommission, Commission, PayoutLeg, Sale } from '../entities/money.ts';

export const findSale = (em: EntityManager, orderId: OrderId): Promise<Sale | null> =>
  em.findOne(Sale, { orderId, voidedAt: null });

/** The sale was reversed. */
export async function markVoided(em: EntityManager, { id }: Sale): Promise<void> {
  await em.nativeUpdate(Sale, { id }, { voidedAt: timeOf(em) });
}

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
  const added = await insertRow(em, Sale, {
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
  await insertRow(em, Commission, {
    id: commissionId,
    saleId: id,
    percent: sale.commissionPercent,
    amountMinor: sale.profit.commission.amountMinor,
    currency: platformCurrency,
  });
  await insertRow(em, AdminCommission, { id: randomUUID(), commissionId, adminId: sale.adminId });
  return added;
}

export async function addLeg(
  em: EntityManager,
  leg: {
    saleId: SaleId;
    orderId: OrderId;
    beneficiary: Beneficiary;
    part?: number;
    userId: UserId;
    amount: Money;
    route: 'paypal' | 'payoneer';
    receiver: string;
    notBefore: Date;
  },
): Promise<PayoutLeg> {
  return insertRow(em, PayoutLeg, {
    id: randomUUID() as LegId,
    saleId: leg.saleId,
    orderId: leg.orderId,
    beneficiary: leg.beneficiary,
    part: leg.part ?? 1,
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
    nextCheckAt: new Date(Math.max(leg.notBefore.getTime(), timeIn(em, graceMs).getTime())),
  });
}
