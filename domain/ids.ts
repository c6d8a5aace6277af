/** Branded ids: the compiler refuses a leg's id where an order's is wanted. All are UUIDs. */
declare const brand: unique symbol;
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

export type UserId = Brand<string, 'UserId'>;
export type OrderId = Brand<string, 'OrderId'>;
export type ProductId = Brand<string, 'ProductId'>;
export type CredentialId = Brand<string, 'CredentialId'>;
export type EventId = Brand<string, 'EventId'>;
export type FeedId = Brand<string, 'FeedId'>;
export type SubscriptionId = Brand<string, 'SubscriptionId'>;
export type SaleId = Brand<string, 'SaleId'>;
export type LegId = Brand<string, 'LegId'>;
export type EffectId = Brand<string, 'EffectId'>;
export type RateFeedId = Brand<string, 'RateFeedId'>;
export type ParcelId = Brand<string, 'ParcelId'>;
export type BookCheckId = Brand<string, 'BookCheckId'>;
export type ForgettingId = Brand<string, 'ForgettingId'>;
