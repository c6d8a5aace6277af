import { until } from '../../support/until.ts';
import type { SandboxWorld } from '../sandbox-world.ts';
import type { Contracts } from './contract.ts';
import { account, ebayOrder } from './goods.ts';
import { ebayParcel } from './parcels.ts';

const nobody = '01-00000-00001';
const scopes = ['https://api.ebay.com/oauth/api_scope/sell.fulfillment'];
const lastMinute = () => ({
  lastModifiedFrom: new Date(Date.now() - 60_000),
  lastModifiedTo: new Date(Date.now() + 60_000),
});

const lastDays = () => ({ from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 30 * 86_400_000) });

/** The key that the sandbox signs its notifications with, as a notification names it. */
async function keyId(world: SandboxWorld): Promise<string> {
  await ebayOrder(world);
  const header = await until(() => world.webhooks.find(({ headers }) => headers['x-ebay-signature'])?.headers);
  return JSON.parse(Buffer.from(String(header['x-ebay-signature']), 'base64').toString()).kid;
}

export const ebayContracts: Contracts['ebay'] = {
  refreshToken: {
    operation: 'token',
    stakes: 'read',
    token: 'none',
    prepare: async world => [(await account(world, 'ebay')).refreshToken, scopes],
    lasting: ({ accessToken }) => typeof accessToken,
    declined: { prepare: async () => ['guess', scopes], as: 'terminal EBAY_INVALID_GRANT' },
  },
  publicKey: {
    operation: 'public-key',
    stakes: 'read',
    token: 'application',
    withoutOptions: true,
    prepare: async world => [await keyId(world)],
    declined: { prepare: async () => ['9936261a-7d7b-4621-a0f1-96ccb428af49'], as: 'terminal EBAY_195001' },
  },
  getOrder: {
    operation: 'get-order',
    stakes: 'read',
    token: 'user',
    async prepare(world) {
      const { seller, orderId } = await ebayOrder(world);
      return [seller, orderId];
    },
    declined: { prepare: async world => [await account(world, 'ebay'), nobody], as: 'terminal EBAY_32100' },
  },
  listFinances: {
    operation: 'finances-transactions',
    stakes: 'read',
    token: 'user',
    async prepare(world) {
      const { seller } = await ebayOrder(world);
      await world.control('clock', { advanceSeconds: 3_660 });
      return [seller, { ...lastDays(), offset: 0 }];
    },
    declined: {
      prepare: async world => [await account(world, 'ebay'), { ...lastDays(), offset: -1 }],
      as: 'terminal EBAY_135003',
    },
  },
  listPayouts: {
    operation: 'finances-payouts',
    stakes: 'read',
    token: 'user',
    async prepare(world) {
      const seller = await account(world, 'ebay');
      await world.control('ebay-payouts', { accountId: seller.accountId, amountMinor: '2599', status: 'SUCCEEDED' });
      return [
        { ...seller, account: seller.accountId },
        { ...lastDays(), offset: 0 },
      ];
    },
    declined: {
      prepare: async world => [await account(world, 'ebay'), { ...lastDays(), offset: -1 }],
      as: 'terminal EBAY_135003',
    },
  },
  getOrders: {
    operation: 'get-orders',
    stakes: 'read',
    token: 'user',
    async prepare(world) {
      const { seller } = await ebayOrder(world);
      return [seller, { ...lastMinute(), limit: 50, offset: 0 }];
    },
    declined: {
      prepare: async world => [await account(world, 'ebay'), { ...lastMinute(), limit: 201, offset: 0 }],
      as: 'terminal EBAY_30850',
    },
  },
  getShippingFulfillments: {
    operation: 'list-fulfillments',
    stakes: 'read',
    token: 'user',
    async prepare(world) {
      const { seller, orderId, body } = await ebayParcel(world);
      await world.ebay.createShippingFulfillment(seller, orderId, body);
      return [seller, orderId];
    },
    declined: { prepare: async world => [await account(world, 'ebay'), nobody], as: 'terminal EBAY_32100' },
  },
  createShippingFulfillment: {
    operation: 'shipping-fulfillment',
    stakes: 'money',
    token: 'user',
    onceOnly: true,
    async prepare(world) {
      const { seller, orderId, body } = await ebayParcel(world);
      return [seller, orderId, body];
    },
    declined: {
      async prepare(world) {
        const { body } = await ebayParcel(world);
        const { seller, orderId } = await ebayOrder(world);
        return [seller, orderId, body]; // of another order's line
      },
      as: 'terminal EBAY_32200',
    },
  },
};
