import type { Address } from '../../domain/address.ts';
import { money } from '../../domain/money.ts';
import { orderRequest } from '../../providers/aliexpress/order.ts';
import type { Stakes } from '../../providers/call.ts';
import { refundBody } from '../../providers/paypal/order.ts';
import { payoutBody } from '../../providers/paypal/payout.ts';
import type { Clients, SandboxWorld } from './sandbox-world.ts';

/** One method of one client, against something that the sandbox knows. */
export type ContractCall = {
  provider: 'paypal' | 'aliexpress' | 'ebay' | 'mercadolibre' | 'payoneer';
  /** The sandbox's name for it. */
  operation: string;
  stakes: Stakes;
  /** The provider recognises no key: sent again it would happen again, so after a doubt only a look-up may follow. */
  onceOnly?: true;
  /** Makes what the call needs. The call itself may be made several times, with the same key, by any clients. */
  prepare(world: SandboxWorld): Promise<(clients: Clients) => Promise<unknown>>;
  /** What a money call leaves in the sandbox's books. */
  leaves?: 'capture' | 'refund' | 'payout' | 'supplier-order';
};

export const buyer: Address = {
  fullName: 'Ana Buyer',
  line1: '123 Main Street',
  city: 'Springfield',
  region: 'Illinois',
  postalCode: '62701',
  country: 'US',
  phone: '+15550109999',
};

let count = 0;
/** A name that no other call has used. */
export const unique = (what: string): string => `${what}-${++count}`;

export async function approvedOrder({ paypal, control }: SandboxWorld, amountMinor = 5000n): Promise<string> {
  const key = unique('order');
  const { paypalOrderId } = await paypal.createOrder({
    requestId: key,
    customId: key,
    amount: money(amountMinor, 'USD'),
    description: 'Lamp',
    quantity: 2,
    shipTo: buyer,
    returnUrl: 'https://shop.example/return',
    cancelUrl: 'https://shop.example/cancel',
  });
  await control('approve', { paypalOrderId });
  return paypalOrderId;
}

export async function captured(world: SandboxWorld): Promise<string> {
  const order = await world.paypal.captureOrder(await approvedOrder(world), unique('capture'));
  return order.captures[0]?.id ?? '';
}

type Account = { accountId: string; accountName: string; accessToken: string; refreshToken: string; code: string };
export const account = ({ control }: SandboxWorld, provider: string, more: object = {}): Promise<Account> =>
  control<Account>('accounts', { provider, name: unique(provider), ...more });

export const skuId = '12000037255569170';

export async function product({ control }: SandboxWorld, more: object = {}): Promise<string> {
  const productId = `100500${String(++count).padStart(10, '0')}`;
  const sku = { skuId, skuAttr: '14:193#Red', priceMinor: '1050', currency: 'USD', stock: 100 };
  await control('products', { productId, skus: [sku], shippingFeeMinor: '199', ...more });
  return productId;
}

export const orderOf = (productId: string, outOrderId = unique('out')): string =>
  orderRequest({
    outOrderId,
    address: buyer,
    items: [{ productId, skuAttr: '14:193#Red', quantity: 2, logisticsServiceName: 'CAINIAO_STANDARD' }],
  });

export async function ebayOrder(world: SandboxWorld, more: object = {}) {
  const seller = await account(world, 'ebay');
  const lines = [{ legacyItemId: '110000000001', quantity: 2, totalMinor: '2599', deliveryMinor: '599' }];
  const given = { marketplace: 'ebay', accountId: seller.accountId, lines, currency: 'USD', shipTo: buyer, ...more };
  return { seller, ...(await world.control<{ orderId: string }>('orders', given)) };
}

export async function mercadoLibreOrder(world: SandboxWorld, more: object = {}) {
  const seller = await account(world, 'mercadolibre', { webhookUrl: 'http://127.0.0.1:9/' });
  const items = [
    {
      itemId: 'MLB1234567890',
      variationId: '174390848923',
      quantity: 2,
      unitPriceMinor: '15990',
      saleFeeMinor: '2559',
    },
  ];
  const given = {
    marketplace: 'mercadolibre',
    accountId: seller.accountId,
    items,
    currency: 'BRL',
    shipTo: buyer,
    ...more,
  };
  return { seller, ...(await world.control<{ orderId: string }>('orders', { notify: { times: 0 }, ...given })) };
}

export const contractCalls: readonly ContractCall[] = [
  {
    provider: 'paypal',
    operation: 'create-order',
    stakes: 'read',
    async prepare() {
      const key = unique('order');
      const urls = { returnUrl: 'https://shop.example/return', cancelUrl: 'https://shop.example/cancel' };
      const order = { requestId: key, customId: key, amount: money(5000n, 'USD'), description: 'Lamp', quantity: 1 };
      return ({ paypal }) => paypal.createOrder({ ...order, ...urls, shipTo: buyer });
    },
  },
  {
    provider: 'paypal',
    operation: 'get-order',
    stakes: 'read',
    async prepare(world) {
      const id = await approvedOrder(world);
      return ({ paypal }) => paypal.getOrder(id);
    },
  },
  {
    provider: 'paypal',
    operation: 'capture',
    stakes: 'money',
    leaves: 'capture',
    async prepare(world) {
      const [id, requestId] = [await approvedOrder(world), unique('capture')];
      return ({ paypal }) => paypal.captureOrder(id, requestId);
    },
  },
  {
    provider: 'paypal',
    operation: 'get-capture',
    stakes: 'read',
    async prepare(world) {
      const id = await captured(world);
      return ({ paypal }) => paypal.getCapture(id);
    },
  },
  {
    provider: 'paypal',
    operation: 'refund',
    stakes: 'money',
    leaves: 'refund',
    async prepare(world) {
      const [id, requestId] = [await captured(world), unique('refund')];
      const body = refundBody({ amount: money(1000n, 'USD'), customId: requestId });
      return ({ paypal }) => paypal.refundCapture(id, requestId, body);
    },
  },
  {
    provider: 'paypal',
    operation: 'create-payout',
    stakes: 'money',
    leaves: 'payout',
    async prepare({ control }) {
      await control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '1000000' });
      const amount = money(1234n, 'USD');
      const body = payoutBody({ batchKey: unique('payout'), receiver: 'ana@reseller.example', amount, note: 'Sale' });
      return async ({ paypal }) => (await paypal.createPayout(body)).batchId;
    },
  },
  {
    provider: 'paypal',
    operation: 'balances',
    stakes: 'read',
    prepare:
      async () =>
      ({ paypal }) =>
        paypal.getBalances(),
  },
  {
    provider: 'aliexpress',
    operation: 'token-refresh',
    stakes: 'read',
    async prepare(world) {
      const { refreshToken } = await account(world, 'aliexpress');
      return async ({ aliexpress }) => (await aliexpress.refreshToken(refreshToken)).accountId;
    },
  },
  {
    provider: 'aliexpress',
    operation: 'product-get',
    stakes: 'read',
    async prepare(world) {
      const [token, productId] = [await account(world, 'aliexpress'), await product(world)];
      return ({ aliexpress }) => aliexpress.getProduct(token, { productId, shipToCountry: 'US' });
    },
  },
  {
    provider: 'aliexpress',
    operation: 'freight-query',
    stakes: 'read',
    async prepare(world) {
      const [token, productId] = [await account(world, 'aliexpress'), await product(world)];
      return ({ aliexpress }) => aliexpress.queryFreight(token, { productId, skuId, quantity: 1, address: buyer });
    },
  },
  {
    provider: 'aliexpress',
    operation: 'order-create',
    stakes: 'money',
    leaves: 'supplier-order',
    async prepare(world) {
      const [token, request] = [await account(world, 'aliexpress'), orderOf(await product(world))];
      return async ({ aliexpress }) => (await aliexpress.createOrder(token, request)).orderNumbers;
    },
  },
  {
    provider: 'aliexpress',
    operation: 'order-get',
    stakes: 'read',
    async prepare(world) {
      const token = await account(world, 'aliexpress');
      const { orderNumbers } = await world.aliexpress.createOrder(token, orderOf(await product(world)));
      return ({ aliexpress }) => aliexpress.getOrder(token, orderNumbers[0] ?? '');
    },
  },
  {
    provider: 'ebay',
    operation: 'token',
    stakes: 'read',
    async prepare(world) {
      const { refreshToken } = await account(world, 'ebay');
      const scopes = ['https://api.ebay.com/oauth/api_scope/sell.fulfillment'];
      return async ({ ebay }) => typeof (await ebay.refreshToken(refreshToken, scopes)).accessToken;
    },
  },
  {
    provider: 'ebay',
    operation: 'get-order',
    stakes: 'read',
    async prepare(world) {
      const { seller, orderId } = await ebayOrder(world);
      return ({ ebay }) => ebay.getOrder(seller, orderId);
    },
  },
  {
    provider: 'ebay',
    operation: 'get-orders',
    stakes: 'read',
    async prepare(world) {
      const { seller } = await ebayOrder(world);
      const range = { lastModifiedFrom: new Date(Date.now() - 60_000), lastModifiedTo: new Date(Date.now() + 60_000) };
      return ({ ebay }) => ebay.getOrders(seller, { ...range, limit: 50, offset: 0 });
    },
  },
  {
    provider: 'mercadolibre',
    operation: 'get-order',
    stakes: 'read',
    async prepare(world) {
      const { seller, orderId } = await mercadoLibreOrder(world);
      return ({ mercadolibre }) => mercadolibre.getOrder(seller, orderId);
    },
  },
  {
    provider: 'mercadolibre',
    operation: 'get-shipment',
    stakes: 'read',
    async prepare(world) {
      const { seller, orderId } = await mercadoLibreOrder(world);
      const { shippingId = '' } = await world.mercadolibre.getOrder(seller, orderId);
      return ({ mercadolibre }) => mercadolibre.getShipment(seller, shippingId);
    },
  },
  {
    provider: 'mercadolibre',
    operation: 'search-orders',
    stakes: 'read',
    async prepare(world) {
      const { seller } = await mercadoLibreOrder(world);
      const range = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) };
      const search = { sellerId: seller.accountId, status: 'paid', ...range, limit: 50, offset: 0 } as const;
      return ({ mercadolibre }) => mercadolibre.searchOrders(seller, search);
    },
  },
  {
    provider: 'mercadolibre',
    operation: 'missed-feeds',
    stakes: 'read',
    async prepare(world) {
      const seller = await account(world, 'mercadolibre');
      return ({ mercadolibre }) => mercadolibre.missedFeeds(seller, { limit: 10, offset: 0 });
    },
  },
];
