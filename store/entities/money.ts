import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { EffectId, LegId, OrderId, RateFeedId, SaleId, UserId } from '../../domain/ids.ts';
import type { Json } from '../../domain/json.ts';
import type { Account } from '../../domain/ledger.ts';
import type { Currency } from '../../domain/money.ts';
import type { Beneficiary, LegState } from '../../domain/payout-leg.ts';
import type { Channel } from '../../domain/sale-channel.ts';
import type { Environment } from './people.ts';

export type EffectPurpose = 'capture' | 'buy' | 'pay' | 'refund' | 'ship-notice';

export const Effect = defineEntity({
  name: 'Effect',
  tableName: 'effects',
  properties: {
    id: p.uuid().$type<EffectId>().primary(),
    purpose: p.text().$type<EffectPurpose>(),
    subject: p.uuid(),
    generation: p.integer(),
    route: p.text(),
    account: p.text(),
    environment: p.text().$type<Environment>(),
    idempotencyKey: p.text(),
    request: p.text(),
    status: p.text().$type<'OPEN' | 'DONE' | 'DISPROVEN'>(),
    sends: p.integer(),
    firstSentAt: p.datetime().nullable(),
    lastSentAt: p.datetime().nullable(),
    resendUntil: p.datetime().nullable(),
    result: p.json<Json>().nullable(),
    lastCode: p.text().nullable(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
    closedAt: p.datetime().nullable(),
  },
});
export type Effect = InferEntity<typeof Effect>;

export const FundingAccount = defineEntity({
  name: 'FundingAccount',
  tableName: 'funding_accounts',
  properties: {
    id: p.uuid().primary(),
    kind: p.text().$type<'reported' | 'limit'>(),
    ownerId: p.uuid().$type<UserId>().nullable(),
    provider: p.text().$type<'paypal' | 'payoneer'>(),
    currency: p.text().$type<Currency>(),
    availableMinor: p.bigint(),
    asOf: p.datetime().nullable(),
    trustedUntil: p.datetime().nullable(),
    readingUntil: p.datetime().nullable(),
    nextReadAt: p.datetime().nullable(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type FundingAccount = InferEntity<typeof FundingAccount>;

export const Sale = defineEntity({
  name: 'Sale',
  tableName: 'sales',
  properties: {
    id: p.uuid().$type<SaleId>().primary(),
    orderId: p.uuid().$type<OrderId>(),
    userId: p.uuid().$type<UserId>(),
    currency: p.text().$type<Currency>(),
    salePriceMinor: p.bigint(),
    supplierCostMinor: p.bigint(),
    marketplaceFeeMinor: p.bigint(),
    paymentFeeMinor: p.bigint(),
    grossProfitMinor: p.bigint(),
    netProfitMinor: p.bigint(),
    expectedProfitMinor: p.bigint(),
    setOffMinor: p.bigint(),
    voidedAt: p.datetime().nullable(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type Sale = InferEntity<typeof Sale>;

export const Commission = defineEntity({
  name: 'Commission',
  tableName: 'commissions',
  properties: {
    id: p.uuid().primary(),
    saleId: p.uuid().$type<SaleId>(),
    percent: p.text(),
    amountMinor: p.bigint(),
    currency: p.text().$type<Currency>(),
  },
});

export const AdminCommission = defineEntity({
  name: 'AdminCommission',
  tableName: 'admin_commissions',
  properties: {
    id: p.uuid().primary(),
    commissionId: p.uuid(),
    adminId: p.uuid().$type<UserId>(),
  },
});

export const Refund = defineEntity({
  name: 'Refund',
  tableName: 'refunds',
  properties: {
    id: p.uuid().primary(),
    paymentId: p.uuid(),
    orderId: p.uuid().$type<OrderId>(),
    reference: p.text(),
    kind: p.text().$type<'refund' | 'reversal' | 'return'>(),
    status: p.text().$type<'PENDING' | 'COMPLETED' | 'FAILED'>(),
    amountMinor: p.bigint(),
    currency: p.text().$type<Currency>(),
    /** Only for a return: the refund or reversal whose money came back. */
    ofRefundId: p.uuid().nullable(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type Refund = InferEntity<typeof Refund>;

export const PayoutLeg = defineEntity({
  name: 'PayoutLeg',
  tableName: 'payout_legs',
  properties: {
    id: p.uuid().$type<LegId>().primary(),
    saleId: p.uuid().$type<SaleId>(),
    orderId: p.uuid().$type<OrderId>(),
    beneficiary: p.text().$type<Beneficiary>(),
    /**
     * 1: the share as its sale was booked. Higher numbers pay what is owed again after an earlier part was paid or
     * cancelled.
     */
    part: p.integer(),
    userId: p.uuid().$type<UserId>(),
    amountMinor: p.bigint(),
    currency: p.text().$type<Currency>(),
    route: p.text().$type<'paypal' | 'payoneer'>(),
    receiver: p.text(),
    status: p.text().$type<LegState>(),
    reason: p.text().nullable(),
    providerBatchId: p.text().nullable(),
    providerItemId: p.text().nullable(),
    feeMinor: p.bigint().nullable(),
    notBefore: p.datetime(),
    stateEntry: p.integer(),
    wake: p.integer(),
    fence: p.bigint(),
    nextCheckAt: p.datetime().nullable(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
    updatedAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type PayoutLeg = InferEntity<typeof PayoutLeg>;

export const Dispute = defineEntity({
  name: 'Dispute',
  tableName: 'disputes',
  properties: {
    id: p.uuid().primary(),
    provider: p.text().$type<Channel>(),
    reference: p.text(),
    orderId: p.uuid().$type<OrderId>(),
    /** Open, or who won the money. */
    status: p.text().$type<'OPEN' | 'SELLER' | 'BUYER'>(),
    feeMinor: p.bigint(),
    feeCurrency: p.text().$type<Currency>(),
    feeChanges: p.integer(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
    updatedAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type Dispute = InferEntity<typeof Dispute>;

export const LedgerPosting = defineEntity({
  name: 'LedgerPosting',
  tableName: 'ledger_postings',
  properties: {
    id: p.bigint().primary(),
    transactionId: p.bigint(),
    account: p.text().$type<Account>(),
    holderId: p.uuid().$type<UserId>().nullable(),
    amountMinor: p.bigint(),
    currency: p.text().$type<Currency>(),
  },
});

export const FxRate = defineEntity({
  name: 'FxRate',
  tableName: 'fx_rates',
  properties: {
    id: p.bigint().primary(),
    base: p.text().$type<Currency>(),
    quote: p.text().$type<Currency>(),
    rate: p.text(),
    source: p.text(),
    asOf: p.datetime(),
    held: p.boolean(),
    confirmedBy: p.uuid().$type<UserId>().nullable(),
    confirmedAt: p.datetime().nullable(),
    storedAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type FxRate = InferEntity<typeof FxRate>;

export const RateFeed = defineEntity({
  name: 'RateFeed',
  tableName: 'rate_feeds',
  properties: {
    id: p.uuid().$type<RateFeedId>().primary(),
    base: p.text().$type<Currency>(),
    lastSuccessAt: p.datetime().nullable(),
    lastError: p.text().nullable(),
    stateEntry: p.integer(),
    wake: p.integer(),
    nextCheckAt: p.datetime().nullable(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type RateFeed = InferEntity<typeof RateFeed>;
