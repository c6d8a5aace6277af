import { randomBytes, randomInt } from 'node:crypto';
import type { System } from '../runtime/system/supervisor.ts';
import type { Store } from '../store/database/open.ts';
import { connectAs } from './consent.ts';
import { type Call, type Json, patiently, Refused, talkTo, type Until, untilWithin } from './http.ts';
import { logIn, type Member } from './member.ts';

/** A reseller with connected accounts, as seen from outside. */
export type Reseller = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly call: Call;
  readonly accounts: { readonly [Name in Exclude<Provider, 'aliexpress-dropshipping'>]: Account };
  /** Sets where their payouts go from now on. */
  payTo(receiver: PayTo): Promise<Json>;
  /** Connects the supplier account again, as its owner must when its tokens cannot be refreshed. */
  reconnect(): Promise<void>;
};
/** A reseller whose purchases are made on the supplier's website: there is no connection to its API. */
export type Shopper = Pick<Reseller, 'name' | 'email' | 'call'> & { readonly shopEmail: string };
/** A PayPal e-mail address, or a Payoneer payee. */
export type PayTo = { readonly provider: 'paypal' | 'payoneer'; readonly receiver: string };
export type Account = {
  readonly credentialId: string;
  readonly accountId: string;
  readonly notificationUrl: string;
  /** The address for inline orders, and the secret that signs them. */
  readonly inlineUrl: string;
  readonly webhookSecret: string;
};
type Provider = 'aliexpress-dropshipping' | 'ebay' | 'mercadolibre';

export type Wares = { readonly productId: string; readonly supplierProductId: string; readonly listingId: string };
type Holder = 'platform' | 'reseller';

/** Everything a scenario plays with: the outside world over HTTP, and the database, only for reading. */
export type Stage = {
  readonly system: System;
  readonly store: Store;
  readonly admin: Call;
  readonly buyer: Call;
  readonly sandbox: Call;
  /** Waits for a condition that a scenario needs before it goes on. @throws when it does not come true */
  readonly until: Until;
  hireReseller(options: {
    name: string;
    proceeds?: Holder;
    supplier?: Holder;
    expiredToken?: boolean;
    /** A Payoneer payee; PayPal pays the e-mail address when left out. */
    payeeAtPayoneer?: string;
    /** The reseller sells nothing else, so that a refund of this sale is set off against no other. */
    sellsOnce?: true;
  }): Promise<Reseller>;
  hireShopper(name: string): Promise<Shopper>;
  stockUp(reseller: Reseller | Shopper, options?: Partial<Goods>): Promise<Wares>;
};

export type Goods = {
  costMinor: number;
  priceMinor: number;
  maxBuyMinor: number;
  currency: string;
  stock: number;
  ordersPerCreate: 1 | 2;
  /** Which marketplace lists it; it is not mapped when left out. */
  listedOn: 'ebay' | 'mercadolibre';
};

const digits = (length: number) => Array.from({ length }, () => randomInt(1, 10)).join('');
const text = (value: unknown): string => String(value);

export type StageOptions = {
  /** How long calls to a restarting process are repeated, and how long a scenario waits where there is no `until`. */
  patienceMs?: number;
  until?: Until;
  /** The resellers' refund policy for failed orders; they are asked each time when it is left out. */
  refundPolicy?: 'automatic';
};

export async function setStage(
  system: System,
  store: Store,
  { patienceMs = 30_000, until = untilWithin(patienceMs), refundPolicy }: StageOptions = {},
): Promise<Stage> {
  const { api, sandbox: sandboxUrl } = system.urls;
  if (!sandboxUrl) throw new Error('the demo plays in the sandbox');
  const sandbox = talkTo(`${sandboxUrl}/_control`, {}, patienceMs);
  const buyer = talkTo(api, {}, patienceMs);
  const { ADMIN_EMAIL = '', ADMIN_PASSWORD = '' } = system.env;
  const { call: admin } = await logIn(api, ADMIN_EMAIL, ADMIN_PASSWORD, patienceMs);

  /** A conflict means that an earlier attempt, whose answer was lost, has made the user. */
  const addUser = (user: Json) =>
    admin('POST', '/api/users', user).catch((error: unknown) => {
      if (!(error instanceof Refused && error.status === 409)) throw error;
    });

  /** Connects an account as its owner does: to the consent page and back. A repetition completes a broken attempt. */
  const connect = async (member: Member, provider: Provider, name: string, moneyHolder: Holder): Promise<Account> => {
    const walk = { apiUrl: api, provider, query: { moneyHolder } };
    const landed = await patiently(patienceMs, async () => connectAs({ ...walk, token: await member.token() }, name));
    const { id, accountId, notificationUrl, inlineUrl, webhookSecret } = JSON.parse(landed.text) as Json;
    const addresses = { notificationUrl: text(notificationUrl), inlineUrl: text(inlineUrl) };
    return { credentialId: text(id), accountId: text(accountId), ...addresses, webhookSecret: text(webhookSecret) };
  };

  /** A new user, logged in. */
  const signUp = async (name: string) => {
    const email = `${name}-${digits(6)}@example.com`;
    const password = randomBytes(15).toString('base64url');
    await addUser({ email, password, role: 'reseller' });
    const member = await logIn(api, email, password, patienceMs);
    if (refundPolicy) await member.call('PATCH', '/api/users/me', { refundPolicy });
    return { ...member, email, password };
  };

  return {
    system,
    store,
    admin,
    buyer,
    sandbox,
    until,

    async hireReseller({ name, proceeds = 'platform', supplier = 'platform', expiredToken = false, payeeAtPayoneer }) {
      const member = await signUp(name);
      const { id, email, password, call } = member;
      const payTo = (receiver: PayTo) => call('PUT', '/api/me/payout-receiver', { ...receiver, password });
      if (payeeAtPayoneer) await payTo({ provider: 'payoneer', receiver: payeeAtPayoneer });
      await admin('PUT', `/api/admin/proceeds/${id}`, { heldBy: proceeds });
      const account = `${name}-${digits(6)}`;
      // The sandbox takes purchases from the platform's balance where the account's name starts with `platform-`.
      const buyer = supplier === 'platform' ? `platform-${account}` : account;
      const connectSupplier = () => connect(member, 'aliexpress-dropshipping', buyer, supplier);
      await connectSupplier();
      const accounts = {
        ebay: await connect(member, 'ebay', account, proceeds),
        mercadolibre: await connect(member, 'mercadolibre', account, proceeds),
      };
      // An expired token as we meet it: by our records it is still valid, but the provider refuses it.
      if (expiredToken) await sandbox('POST', '/revoke', { provider: 'aliexpress', name: buyer, what: 'access' });
      return { id, name, email, call, accounts, payTo, reconnect: async () => void (await connectSupplier()) };
    },

    async hireShopper(name) {
      const { email, call } = await signUp(name);
      const shopEmail = `buyer-${email}`;
      const password = randomBytes(15).toString('base64url');
      await sandbox('POST', '/shop-accounts', { name: `platform-${name}-${digits(6)}`, email: shopEmail, password });
      await call('PUT', '/api/browser-login', { email: shopEmail, password, moneyHolder: 'platform' });
      return { name, email, call, shopEmail };
    },

    async stockUp(reseller, options = {}) {
      const goods = {
        costMinor: 1_250,
        priceMinor: 2_999,
        stock: 100,
        ordersPerCreate: 1,
        currency: 'USD',
        ...options,
      };
      const maxBuyMinor = goods.maxBuyMinor ?? Math.ceil(goods.costMinor * 1.2) + 200;
      const [supplierProductId, supplierSkuId, listing] = [`1005${digits(12)}`, `12000${digits(12)}`, digits(12)];
      await sandbox('POST', '/products', {
        productId: supplierProductId,
        skus: [
          { skuId: `12000${digits(12)}`, skuAttr: '14:29#Red', priceMinor: '999', stock: 50 },
          { skuId: supplierSkuId, skuAttr: '14:173#Blue', priceMinor: `${goods.costMinor}`, stock: goods.stock },
        ],
        shippingFeeMinor: '199',
        ordersPerCreate: goods.ordersPerCreate,
      });
      const product = await reseller.call('POST', '/api/products', {
        title: 'Travel lamp, blue',
        price: { amount: amountText(goods.priceMinor, goods.currency), currency: goods.currency },
        maxBuyPrice: { amount: amountText(maxBuyMinor, 'USD'), currency: 'USD' },
        supplierProductId,
        supplierSkuId,
      });
      const wares = {
        productId: text(product.id),
        supplierProductId,
        listingId: goods.listedOn === 'mercadolibre' ? `MLC${digits(9)}` : listing,
      };
      if (goods.listedOn) {
        if (!('accounts' in reseller)) throw new Error('a shopper has no account to list it on');
        await mapListing(reseller, wares, goods.listedOn);
      }
      return wares;
    },
  };
}

const amountText = (minor: number, currency: string): string =>
  currency === 'CLP' ? `${minor}` : `${Math.floor(minor / 100)}.${`${minor % 100}`.padStart(2, '0')}`;

export const mapListing = (reseller: Reseller, wares: Wares, marketplace: 'ebay' | 'mercadolibre'): Promise<Json> =>
  reseller.call('PUT', '/api/listings', {
    credentialId: reseller.accounts[marketplace].credentialId,
    externalId: wares.listingId,
    productId: wares.productId,
  });
