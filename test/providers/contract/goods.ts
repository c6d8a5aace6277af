import type { Address } from '../../../domain/address.ts';
import { money } from '../../../domain/money.ts';
import { toDestination } from '../../../providers/aliexpress/address.ts';
import { orderRequest } from '../../../providers/aliexpress/order.ts';
import type { SandboxWorld } from '../sandbox-world.ts';

/* What the calls are about: orders, goods and accounts that the sandbox knows. */

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

/** The same, as AliExpress knows it. */
export const toBuyer = toDestination(buyer, []).logisticsAddress;

export type Account = {
  accountId: string;
  accountName: string;
  accessToken: string;
  refreshToken: string;
  code: string;
};
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
    destination: toDestination(buyer, []),
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
