import type { Account, Grant } from './accounts.ts';
import { type AliExpressState, createAliExpressState } from './aliexpress/state.ts';
import type { Effect } from './books.ts';
import { createEbayState, type EbayState } from './ebay/state.ts';
import { createMercadoLibreState, type MercadoLibreState } from './mercadolibre/state.ts';
import { createPayoneerState, type PayoneerState } from './payoneer/state.ts';
import type { OtherAccount } from './paypal/accounts.ts';
import { createPayPalState, type PayPalState } from './paypal/state.ts';
import { createShopState, type ShopState } from './shop/state.ts';
import { createSigningKeys, type SigningKeys } from './signing-keys.ts';
import type { Delivery } from './webhooks.ts';

/** All that survives a restart: plain data, Maps and bigints included. */
export type State = {
  clockOffsetMs: number;
  readonly keys: SigningKeys;
  readonly effects: Effect[];
  accounts: Account[];
  /** Every token that an account's owner has had us given. */
  readonly grants: Grant[];
  /** Webhooks that have not arrived yet. */
  readonly outbox: Map<string, Delivery>;
  readonly paypal: PayPalState;
  /** By client id. */
  readonly otherPayPal: Map<string, OtherAccount>;
  readonly aliexpress: AliExpressState;
  readonly ebay: EbayState;
  readonly mercadolibre: MercadoLibreState;
  readonly payoneer: PayoneerState;
  readonly shop: ShopState;
};

export const createState = (): State => ({
  clockOffsetMs: 0,
  keys: createSigningKeys(),
  effects: [],
  accounts: [],
  grants: [],
  outbox: new Map(),
  paypal: createPayPalState(Date.now()),
  otherPayPal: new Map(),
  aliexpress: createAliExpressState(),
  ebay: createEbayState(),
  mercadolibre: createMercadoLibreState(),
  payoneer: createPayoneerState(),
  shop: createShopState(),
});
