import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { ConnectionState } from '../../domain/connection.ts';
import type { CredentialId, ProductId, UserId } from '../../domain/ids.ts';
import type { Currency } from '../../domain/money.ts';
import type { Holder } from '../../domain/order.ts';

export type ApiName = 'aliexpress-dropshipping' | 'aliexpress' | 'ebay' | 'mercadolibre' | 'paypal';
/** Providers that give us access by the owner's consent. */
export type Connectable = Extract<ApiName, 'aliexpress-dropshipping' | 'ebay' | 'mercadolibre'>;
export type Environment = 'sandbox' | 'production';
export type Role = 'admin' | 'reseller';

export const User = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    id: p.uuid().$type<UserId>().primary(),
    email: p.text(),
    passwordHash: p.text(),
    role: p.text().$type<Role>(),
    payoutReceiver: p.text().nullable(),
    refundPolicy: p.text().$type<'ask' | 'automatic'>(),
    payoutProvider: p.text().$type<'paypal' | 'payoneer'>().nullable(),
    browserBuying: p.boolean(),
    platformBuyer: p.boolean(),
    platformProceeds: p.boolean(),
    /** Since when the user may not log in; their orders and payouts go on. */
    disabledAt: p.datetime().nullable(),
    passwordChangedAt: p.datetime().nullable(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type User = InferEntity<typeof User>;

export const Credential = defineEntity({
  name: 'Credential',
  tableName: 'api_credentials',
  properties: {
    id: p.uuid().$type<CredentialId>().primary(),
    userId: p.uuid().$type<UserId>(),
    apiName: p.text().$type<ApiName>(),
    environment: p.text().$type<Environment>(),
    accountId: p.text(),
    accountName: p.text(),
    /** Null once the account is disconnected: no secret stays behind. */
    sealed: p.text().nullable(),
    status: p.text().$type<ConnectionState>(),
    moneyHolder: p.text().$type<Holder>(),
    /** The scopes that the owner consented to, by the provider's names, separated by spaces. */
    scopes: p.text(),
    webhookSegment: p.text().nullable(),
    /** When its owner first logged in at the supplier's shop. From then on the shop account is theirs alone. */
    claimedAt: p.datetime().nullable(),
    accessExpiresAt: p.datetime().nullable(),
    refreshExpiresAt: p.datetime().nullable(),
    /** When the access token is to be renewed. */
    refreshAt: p.datetime().nullable(),
    lastUsedAt: p.datetime().nullable(),
    /** Since when its provider refuses us, why, and how many times in a row. */
    refusedSince: p.datetime().nullable(),
    refusedFor: p.text().nullable(),
    refusals: p.integer(),
    /** When it is tried again; during a trial, when the trial ends. */
    trialAt: p.datetime().nullable(),
    stateEntry: p.integer(),
    wake: p.integer(),
    nextCheckAt: p.datetime().nullable(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type Credential = InferEntity<typeof Credential>;

export const ConnectionAttempt = defineEntity({
  name: 'ConnectionAttempt',
  tableName: 'connection_attempts',
  properties: {
    id: p.uuid().primary(),
    stateHash: p.text(),
    browserHash: p.text(),
    userId: p.uuid().$type<UserId>(),
    apiName: p.text().$type<Connectable>(),
    environment: p.text().$type<Environment>(),
    moneyHolder: p.text().$type<Holder>(),
    sealedVerifier: p.text().nullable(),
    expiresAt: p.datetime(),
    usedAt: p.datetime().nullable(),
  },
});
export type ConnectionAttempt = InferEntity<typeof ConnectionAttempt>;

export const Product = defineEntity({
  name: 'Product',
  tableName: 'products',
  properties: {
    id: p.uuid().$type<ProductId>().primary(),
    userId: p.uuid().$type<UserId>(),
    title: p.text(),
    priceMinor: p.bigint(),
    priceCurrency: p.text().$type<Currency>(),
    supplierProductId: p.text(),
    supplierSkuId: p.text(),
    maxBuyMinor: p.bigint(),
    maxBuyCurrency: p.text().$type<Currency>(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type Product = InferEntity<typeof Product>;

export const Listing = defineEntity({
  name: 'Listing',
  tableName: 'listings',
  properties: {
    id: p.uuid().primary(),
    credentialId: p.uuid().$type<CredentialId>(),
    externalId: p.text(),
    variationId: p.text(),
    productId: p.uuid().$type<ProductId>(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type Listing = InferEntity<typeof Listing>;
