import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Address } from '../../domain/address.ts';
import type { CredentialId, EventId, OrderId, ParcelId, ProductId, UserId } from '../../domain/ids.ts';
import type { Currency } from '../../domain/money.ts';
import type { Freeze, Holder, OrderState, WaitReason } from '../../domain/order.ts';
import type { PaymentState } from '../../domain/payment.ts';
import type { Channel } from '../../domain/sale-channel.ts';
import type { SupplierOrderState } from '../../domain/supplier-order.ts';
import type { LineKind, StoredDetail } from '../../domain/timeline.ts';

export const Order = defineEntity({
  name: 'Order',
  tableName: 'orders',
  properties: {
    id: p.uuid().$type<OrderId>().primary(),
    userId: p.uuid().$type<UserId>(),
    channel: p.text().$type<Channel>(),
    credentialId: p.uuid().$type<CredentialId>().nullable(),
    externalOrderId: p.text().nullable(),
    externalLineId: p.text().nullable(),
    paypalAccount: p.text().nullable(),
    buyerAccount: p.text().nullable(),
    buyerErasedAt: p.datetime().nullable(),
    /** When its buyer asked to be forgotten. */
    eraseAskedAt: p.datetime().nullable(),
    listingId: p.text().nullable(),
    variationId: p.text(),
    productId: p.uuid().$type<ProductId>().nullable(),
    quantity: p.integer(),
    saleMinor: p.bigint(),
    saleCurrency: p.text().$type<Currency>(),
    marketplaceFeeMinor: p.bigint().nullable(),
    /** Sealed in the table (`store/database/buyer-address.ts`), and found by the hashes. */
    shipTo: p.json<Address>().nullable(),
    emailHash: p.text().nullable(),
    nameHash: p.text().nullable(),
    proceedsHeldBy: p.text().$type<Holder>(),
    supplierPaidBy: p.text().$type<Holder>(),
    fxRate: p.text().nullable(),
    fxSource: p.text().nullable(),
    fxAsOf: p.datetime().nullable(),
    maxCostMinor: p.bigint().nullable(),
    purchaseRoute: p.text().$type<'api' | 'browser'>(),
    status: p.text().$type<OrderState>(),
    waitReason: p.text().$type<WaitReason>().nullable(),
    waitUntil: p.datetime().nullable(),
    reason: p.text().nullable(),
    frozenFor: p.text().$type<Freeze>().nullable(),
    cancelAskedAt: p.datetime().nullable(),
    checkoutTokenHash: p.text().nullable(),
    approveUrl: p.text().nullable(),
    paidAt: p.datetime().nullable(),
    /** The marketplace's deadline for shipping, and when a person last let the order go on although it was late. */
    shipBy: p.datetime().nullable(),
    lateAcceptedAt: p.datetime().nullable(),
    /** When a person said that the buyer has the goods without a supplier order of ours. */
    suppliedByHandAt: p.datetime().nullable(),
    saleBookedAt: p.datetime().nullable(),
    stateEntry: p.integer(),
    wake: p.integer(),
    fence: p.bigint(),
    nextCheckAt: p.datetime().nullable(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
    updatedAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type Order = InferEntity<typeof Order>;

/** Without the buyer's address. An order whose address cannot be decrypted can still be read this way. */
export type UnopenedOrder = Pick<Order, Exclude<keyof Order & string, 'shipTo'>>;
export const unopenedOrder = { exclude: ['shipTo'] } as const;

export const OrderEvent = defineEntity({
  name: 'OrderEvent',
  tableName: 'order_events',
  properties: {
    id: p.bigint().primary(),
    orderId: p.uuid().$type<OrderId>(),
    at: p.datetime(),
    kind: p.text().$type<LineKind>(),
    /**
     * Sealed in the table (`store/database/timeline-lines.ts`), as is the part of `detail` that is stored in `told`.
     */
    note: p.text(),
    detail: p.json<StoredDetail>().nullable(),
    boundTo: p.uuid().nullable(),
    told: p.text().nullable(),
  },
});
export type OrderEvent = InferEntity<typeof OrderEvent>;

export const Payment = defineEntity({
  name: 'Payment',
  tableName: 'payments',
  properties: {
    id: p.uuid().primary(),
    orderId: p.uuid().$type<OrderId>(),
    provider: p.text().$type<Channel>(),
    reference: p.text(),
    status: p.text().$type<PaymentState>(),
    amountMinor: p.bigint(),
    currency: p.text().$type<Currency>(),
    feeMinor: p.bigint().nullable(),
    feeEstimated: p.boolean(),
    feeToldMinor: p.bigint().nullable(),
    feeToldCurrency: p.text().$type<Currency>().nullable(),
    feeRate: p.text().nullable(),
    feeRateSource: p.text().nullable(),
    feeRateAsOf: p.datetime().nullable(),
    collectedTaxMinor: p.bigint(),
    rawStatus: p.text(),
    statusReason: p.text().nullable(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
    updatedAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type Payment = InferEntity<typeof Payment>;

export const SupplierOrder = defineEntity({
  name: 'SupplierOrder',
  tableName: 'supplier_orders',
  properties: {
    id: p.uuid().primary(),
    orderId: p.uuid().$type<OrderId>(),
    credentialId: p.uuid().$type<CredentialId>().nullable(),
    number: p.text(),
    effectKey: p.text().nullable(),
    status: p.text().$type<SupplierOrderState>(),
    rawStatus: p.text(),
    costMinor: p.bigint().nullable(),
    costCurrency: p.text().$type<Currency>().nullable(),
    payDeadline: p.datetime().nullable(),
    wasPaid: p.boolean(),
    refundedAt: p.datetime().nullable(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
    updatedAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type SupplierOrder = InferEntity<typeof SupplierOrder>;

export type EventSource = Channel | 'inline' | 'aliexpress' | 'payoneer';

export const Parcel = defineEntity({
  name: 'Parcel',
  tableName: 'parcels',
  properties: {
    id: p.uuid().$type<ParcelId>().primary(),
    orderId: p.uuid().$type<OrderId>(),
    supplierOrderId: p.uuid(),
    trackingNumber: p.text(),
    carrier: p.text(),
    quantity: p.integer(),
    shippedAt: p.datetime(),
    lastEvent: p.text().nullable(),
    lastEventAt: p.datetime().nullable(),
    firstSeenAt: p.datetime().defaultRaw('clock_now()'),
    goneAt: p.datetime().nullable(),
    toldAt: p.datetime().nullable(),
    refusedFor: p.text().nullable(),
  },
});
export type Parcel = InferEntity<typeof Parcel>;

export const InboundEvent = defineEntity({
  name: 'InboundEvent',
  tableName: 'inbound_events',
  properties: {
    id: p.uuid().$type<EventId>().primary(),
    source: p.text().$type<EventSource>(),
    eventId: p.text(),
    subject: p.text().nullable(),
    type: p.text(),
    headers: p.json<Record<string, string>>(),
    /** Sealed in the table. */
    body: p.blob(),
    /** Our own idempotency keys that the message names (`domain/our-idempotency-keys.ts`). */
    keysTold: p.text().nullable(),
    credentialId: p.uuid().$type<CredentialId>().nullable(),
    /** The platform's own account that was told; null for a seller's. */
    account: p.text().nullable(),
    status: p.text().$type<'RECEIVED' | 'APPLIED' | 'IGNORED' | 'FAILED'>(),
    note: p.text().nullable(),
    absentSince: p.datetime().nullable(),
    stateEntry: p.integer(),
    wake: p.integer(),
    nextCheckAt: p.datetime().nullable(),
    receivedAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type InboundEvent = InferEntity<typeof InboundEvent>;

/** Without the body, for readers that do not need it. */
export type UnopenedEvent = Pick<InboundEvent, Exclude<keyof InboundEvent & string, 'body'>>;
export const unopenedEvent = { exclude: ['body'] } as const;
