import type { Contracts } from './contract.ts';
import { account, orderOf, product, skuId, toBuyer } from './goods.ts';
import { shippedOrder } from './parcels.ts';

const nobody = '8190000000000001';

export const aliexpressContracts: Contracts['aliexpress'] = {
  createToken: {
    operation: 'token-create',
    stakes: 'money',
    token: 'none',
    onceOnly: true,
    prepare: async world => [(await account(world, 'aliexpress')).code],
    declined: { prepare: async () => ['0_guess'], as: 'terminal ALIEXPRESS_INVALID_CODE' },
  },
  refreshToken: {
    operation: 'token-refresh',
    stakes: 'read',
    token: 'none',
    prepare: async world => [(await account(world, 'aliexpress')).refreshToken],
    lasting: ({ accountId }) => accountId,
    declined: { prepare: async () => ['guess'], as: 'terminal ALIEXPRESS_ILLEGAL_REFRESH_TOKEN' },
  },
  getProduct: {
    operation: 'product-get',
    stakes: 'read',
    token: 'user',
    prepare: async world => [
      await account(world, 'aliexpress'),
      { productId: await product(world), skuId, shipToCountry: 'US' },
    ],
    declined: {
      prepare: async world => [await account(world, 'aliexpress'), { productId: nobody, skuId, shipToCountry: 'US' }],
      as: 'terminal ALIEXPRESS_ITEM_ID_NOT_FOUND',
    },
  },
  queryFreight: {
    operation: 'freight-query',
    stakes: 'read',
    token: 'user',
    prepare: async world => [
      await account(world, 'aliexpress'),
      { productId: await product(world), skuId, quantity: 1, to: toBuyer },
    ],
    declined: {
      prepare: async world => [
        await account(world, 'aliexpress'),
        { productId: await product(world, { shipsTo: ['BR'] }), skuId, quantity: 1, to: toBuyer },
      ],
      as: { answer: [] },
    },
  },
  createOrder: {
    operation: 'order-create',
    stakes: 'money',
    token: 'user',
    leaves: 'supplier-order',
    prepare: async world => [await account(world, 'aliexpress'), orderOf(await product(world))],
    declined: {
      prepare: async world => [
        await account(world, 'aliexpress'),
        orderOf(
          await product(world, {
            skus: [{ skuId, skuAttr: '14:193#Red', priceMinor: '1050', currency: 'USD', stock: 0 }],
          }),
        ),
      ],
      as: 'uncertain ALIEXPRESS_INVENTORY_HOLD_ERROR',
    },
  },
  getOrder: {
    operation: 'order-get',
    stakes: 'read',
    token: 'user',
    async prepare(world) {
      const token = await account(world, 'aliexpress');
      const { orderNumbers } = await world.aliexpress.createOrder(token, orderOf(await product(world)));
      return [token, orderNumbers[0] ?? ''];
    },
    declined: {
      prepare: async world => [await account(world, 'aliexpress'), nobody],
      as: 'terminal ALIEXPRESS_ISV_INSUFFICIENT_PERMISSION',
    },
  },
  getTracking: {
    operation: 'tracking-get',
    stakes: 'read',
    token: 'user',
    async prepare(world) {
      const { token, number } = await shippedOrder(world);
      return [token, number];
    },
    declined: { prepare: async world => [await account(world, 'aliexpress'), nobody], as: { answer: [] } },
  },
  getAddress: {
    operation: 'address-get',
    stakes: 'read',
    token: 'user',
    prepare: async world => [await account(world, 'aliexpress'), 'BR'],
    declined: { prepare: async world => [await account(world, 'aliexpress'), 'ZZ'], as: { answer: [] } },
  },
};
