import { randomBytes, randomInt } from 'node:crypto';
import { refreshTime } from '../../domain/connection.ts';
import type { CredentialId, ProductId, UserId } from '../../domain/ids.ts';
import { type Money, money } from '../../domain/money.ts';
import type { Holder } from '../../domain/order.ts';
import { sellerScopes } from '../../providers/ebay/consent.ts';
import type { Config } from '../../runtime/config.ts';
import type { SecretBox } from '../../runtime/secrets/secret-box.ts';
import { addUser, setProceedsHolder } from '../../store/accounts/users.ts';
import { addProduct, mapListing } from '../../store/catalogue/products.ts';
import { connect } from '../../store/connections/connect.ts';
import type { Store } from '../../store/database/open.ts';
import { setAvailable } from '../../store/money/funding.ts';

export type Seller = {
  id: UserId;
  email: string;
  aliexpress: CredentialId | null;
  ebay: { id: CredentialId; accountId: string; webhookSecret: string };
  mercadolibre: { id: CredentialId; accountId: string; segment: string; webhookSecret: string };
};

export type Goods = { productId: ProductId; supplierProductId: string; skuId: string; listingId: string };

export type Sellers = {
  hireSeller(options?: {
    proceeds?: Holder;
    supplier?: Holder | null;
    expiredToken?: boolean;
    accessTtlSeconds?: number;
  }): Promise<Seller>;
  stockUp(
    seller: Seller,
    options?: Partial<{
      cost: bigint;
      price: Money;
      maxBuy: bigint;
      stock: number;
      ordersPerCreate: 1 | 2;
      listedOn: 'ebay' | 'mercadolibre';
    }>,
  ): Promise<Goods>;
};

export type Control = <T = Record<string, unknown>>(path: string, body?: object) => Promise<T>;

const digits = (length: number) => Array.from({ length }, () => randomInt(1, 10)).join('');

/** Resellers with accounts in the sandbox, and what they sell. */
export function createSellers({
  store,
  box,
  config,
  control,
}: {
  store: Store;
  box: SecretBox;
  config: Config;
  control: Control;
}): Sellers {
  type Consent = {
    accountId: string;
    accountName: string;
    accessToken: string;
    refreshToken: string;
    accessExpiresAt: string;
    refreshExpiresAt: string;
  };
  const link = async (
    userId: UserId,
    apiName: 'aliexpress-dropshipping' | 'ebay' | 'mercadolibre',
    name: string,
    moneyHolder: Holder,
    change: { expired?: boolean; accessTtlSeconds?: number | undefined } = {},
  ) => {
    const { expired = false } = change;
    const provider = apiName === 'aliexpress-dropshipping' ? 'aliexpress' : apiName;
    const given = await control<Consent>('accounts', { provider, name, ...change });
    const accessExpiresAt = expired ? new Date(Date.now() + 3_600_000) : new Date(given.accessExpiresAt);
    const environment = config[provider].environment;
    const tokens = {
      accessToken: given.accessToken,
      refreshToken: given.refreshToken,
      accessExpiresAt,
      refreshExpiresAt: new Date(given.refreshExpiresAt),
    };
    const { accountId, accountName } = given;
    const account = {
      userId,
      apiName,
      environment,
      accountId,
      accountName,
      moneyHolder,
      scopes: apiName === 'ebay' ? sellerScopes : [],
      tokens,
      refreshAt: refreshTime(accessExpiresAt, config.supplierTokenLeadMs, new Date()),
    };
    const connected = await store.transaction(em => connect(em, box, account));
    if (!connected) throw new Error(`${name} belongs to somebody else`);
    return connected;
  };

  return {
    async hireSeller({ proceeds = 'platform', supplier = 'platform', expiredToken = false, accessTtlSeconds } = {}) {
      const name = `seller-${digits(8)}`;
      const email = `${name}@example.com`;
      const user = await store.transaction(em =>
        addUser(em, { email, passwordHash: randomBytes(8).toString('hex'), role: 'reseller', payoutReceiver: null }),
      );
      if (!user) throw new Error(`${email} is taken`);
      await store.transaction(em => setProceedsHolder(em, user.id, proceeds));
      const buyer = supplier === 'platform' ? `platform-${name}` : name;
      const ali =
        supplier &&
        (await link(user.id, 'aliexpress-dropshipping', buyer, supplier, {
          expired: expiredToken,
          accessTtlSeconds,
        }));
      const ebay = await link(user.id, 'ebay', name, proceeds, { accessTtlSeconds });
      const ml = await link(user.id, 'mercadolibre', name, proceeds, { accessTtlSeconds });
      if (supplier === 'reseller')
        await store.transaction(em => setAvailable(em, user.id, money(1_000_000n, 'USD'), new Date()));
      return {
        id: user.id,
        email,
        aliexpress: ali ? ali.credential.id : null,
        ebay: { id: ebay.credential.id, accountId: ebay.credential.accountId, webhookSecret: ebay.webhookSecret },
        mercadolibre: {
          id: ml.credential.id,
          accountId: ml.credential.accountId,
          segment: ml.credential.webhookSegment ?? '',
          webhookSecret: ml.webhookSecret,
        },
      };
    },

    async stockUp(seller, options = {}) {
      const {
        cost = 1_250n,
        price = money(2_999n, 'USD'),
        maxBuy = 1_700n,
        stock = 100,
        ordersPerCreate = 1,
        listedOn,
      } = options;
      const [supplierProductId, skuId] = [`1005${digits(12)}`, `12000${digits(12)}`];
      await control('products', {
        productId: supplierProductId,
        skus: [{ skuId, skuAttr: '14:173#Blue', priceMinor: cost.toString(), stock }],
        shippingFeeMinor: '199',
        ordersPerCreate,
      });
      const product = await store.transaction(em =>
        addProduct(em, {
          userId: seller.id,
          title: 'Lamp',
          price,
          maxBuy: money(maxBuy, 'USD'),
          supplierProductId,
          supplierSkuId: skuId,
        }),
      );
      const listingId = listedOn === 'mercadolibre' ? `MLC${digits(9)}` : digits(12);
      if (listedOn) {
        const listing = {
          credentialId: seller[listedOn].id,
          externalId: listingId,
          variationId: '',
          productId: product.id,
        };
        await store.transaction(em => mapListing(em, listing));
      }
      return { productId: product.id, supplierProductId, skuId, listingId };
    },
  };
}
