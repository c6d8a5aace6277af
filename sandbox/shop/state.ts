/** What the shop does to the browser of one account, until it is told otherwise. */
export type ShopMood = {
  /** Where a captcha stands in the way. */
  captcha: 'nowhere' | 'login' | 'checkout';
  /** Asks for the code that was sent to a phone. */
  twoFactor: boolean;
  /** The account may look, not buy. */
  restricted: boolean;
  /** `drifted`: other class names, moved and renamed buttons. `unknown`: a page that nobody has seen yet. */
  layout: 'plain' | 'drifted' | 'unknown';
  /** Added to the price between the product's page and the review, in minor units. */
  priceRiseMinor: bigint;
  /** The card on file. `unpaid`: the order is placed, and nobody has paid it. */
  payment: 'paid' | 'declined' | 'unpaid';
  /** The product's page selects its first variant, whatever the link said. */
  forgetsVariant: boolean;
  /** No address pleases it. */
  refusesAddress: boolean;
  /** Where the list of orders should be, there is a captcha. */
  hidesOrders: boolean;
};

export const goodMood = (): ShopMood => ({
  captcha: 'nowhere',
  twoFactor: false,
  restricted: false,
  layout: 'plain',
  priceRiseMinor: 0n,
  payment: 'paid',
  forgetsVariant: false,
  refusesAddress: false,
  hidesOrders: false,
});

export type CartLine = { readonly productId: string; readonly skuId: string; readonly count: number };

/** As the address form sends it. */
export type ShopAddress = Readonly<Record<string, string>> & { readonly country: string };

/** Somebody who logs in on the website; behind it stands the same account that the API knows. */
export type ShopAccount = {
  readonly email: string;
  password: string;
  readonly accountId: string;
  mood: ShopMood;
  cart: readonly CartLine[];
  shipTo: ShopAddress | undefined;
};

export type ShopState = {
  /** By e-mail. */
  readonly accounts: Map<string, ShopAccount>;
  /** Session cookie → e-mail. */
  readonly sessions: Map<string, string>;
};

export const createShopState = (): ShopState => ({ accounts: new Map(), sessions: new Map() });
