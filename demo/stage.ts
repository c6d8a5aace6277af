import { randomBytes, randomInt } from 'node:crypto';
import type { System } from '../runtime/supervisor.ts';
import type { Store } from '../store/open.ts';
import { type Call, type Json, Refused, talkTo } from './http.ts';

/** A reseller with connected accounts, as seen from outside. */
export type Reseller = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly call: Call;
  readonly accounts: { readonly [Api in 'aliexpress-dropshipping' | 'ebay' | 'mercadolibre']: Account };
  /** Connects the supplier account again, as its owner is asked to when it gives no more tokens. */
  reconnect(): Promise<void>;
};
export type Account = { readonly credentialId: string; readonly accountId: string; readonly notificationUrl: string };

export type Wares = { readonly productId: string; readonly supplierProductId: string; readonly listingId: string };
type Holder = 'platform' | 'reseller';

/** Everything a scenario plays with: the outside world over HTTP, and the database to look at, never to write to. */
export type Stage = {
  readonly system: System;
  readonly store: Store;
  readonly admin: Call;
  readonly buyer: Call;
  readonly sandbox: Call;
  /** How long a scenario waits for what it has to see before it goes on. */
  readonly patienceMs: number;
  hireReseller(options: {
    name: string;
    proceeds?: Holder;
    supplier?: Holder;
    expiredToken?: boolean;
  }): Promise<Reseller>;
  stockUp(reseller: Reseller, options?: Partial<Goods>): Promise<Wares>;
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
  /** Also how long a process that is being restarted is tried again. */
  patienceMs?: number;
  /** What the resellers want done with the money of an order that failed; they are asked when left out. */
  refundPolicy?: 'automatic';
};

export async function setStage(
  system: System,
  store: Store,
  { patienceMs = 30_000, refundPolicy }: StageOptions = {},
): Promise<Stage> {
  const { api, sandbox: sandboxUrl } = system.urls;
  if (!sandboxUrl) throw new Error('the demo plays in the sandbox');
  const sandbox = talkTo(`${sandboxUrl}/_control`, {}, patienceMs);
  const buyer = talkTo(api, {}, patienceMs);
  const loggedIn = async (email: string, password: string): Promise<{ id: string; call: Call }> => {
    const { token, user } = await buyer('POST', '/api/auth/login', { email, password });
    return { id: text((user as Json).id), call: talkTo(api, { authorization: `Bearer ${token}` }, patienceMs) };
  };
  const { ADMIN_EMAIL = '', ADMIN_PASSWORD = '' } = system.env;
  const { call: admin } = await loggedIn(ADMIN_EMAIL, ADMIN_PASSWORD);

  /** Taken already: an attempt whose answer was lost has made the user. */
  const addUser = (user: Json) =>
    admin('POST', '/api/users', user).catch((error: unknown) => {
      if (!(error instanceof Refused && error.status === 409)) throw error;
    });

  const connect = async (call: Call, apiName: string, name: string, moneyHolder: Holder, expired: boolean) => {
    const provider = apiName === 'aliexpress-dropshipping' ? 'aliexpress' : apiName;
    const given = await sandbox('POST', '/accounts', { provider, name, expired });
    const { accountId, accountName, accessToken, refreshToken, refreshExpiresAt } = given;
    // What an expired token looks like from here: it should still live, but the provider refuses it.
    const accessExpiresAt = expired ? new Date(Date.now() + 3_600_000).toISOString() : given.accessExpiresAt;
    const tokens = { accessToken, refreshToken, accessExpiresAt, refreshExpiresAt };
    const stored = await call('PUT', `/api/credentials/${apiName}`, { accountId, accountName, moneyHolder, ...tokens });
    return { credentialId: text(stored.id), accountId: text(accountId), notificationUrl: text(stored.notificationUrl) };
  };

  return {
    system,
    store,
    admin,
    buyer,
    sandbox,
    patienceMs,

    async hireReseller({ name, proceeds = 'platform', supplier = 'platform', expiredToken = false }) {
      const email = `${name}-${digits(6)}@example.com`;
      const password = randomBytes(15).toString('base64url');
      await addUser({ email, password, role: 'reseller' });
      const { id, call } = await loggedIn(email, password);
      if (refundPolicy) await call('PATCH', '/api/users/me', { refundPolicy });
      const account = `${name}-${digits(6)}`;
      // The sandbox takes purchases of accounts whose name starts so from the platform's balance.
      const buyer = supplier === 'platform' ? `platform-${account}` : account;
      const connectSupplier = (expired: boolean) => connect(call, 'aliexpress-dropshipping', buyer, supplier, expired);
      const accounts = {
        'aliexpress-dropshipping': await connectSupplier(expiredToken),
        ebay: await connect(call, 'ebay', account, proceeds, false),
        mercadolibre: await connect(call, 'mercadolibre', account, proceeds, false),
      };
      return { id, name, email, call, accounts, reconnect: async () => void (await connectSupplier(false)) };
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
      if (goods.listedOn) await mapListing(reseller, wares, goods.listedOn);
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
