import type { Contracts } from './contract.ts';
import { account, mercadoLibreOrder, unique } from './goods.ts';
import { mercadoLibreShipment, shipped } from './parcels.ts';

const nobody = '2000000000000001';
const lastHour = () => ({ from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) });

export const mercadolibreContracts: Contracts['mercadolibre'] = {
  refreshToken: {
    operation: 'token',
    stakes: 'money',
    token: 'none',
    onceOnly: true,
    prepare: async world => [(await account(world, 'mercadolibre')).refreshToken],
    declined: { prepare: async () => ['TG-guess'], as: 'terminal MERCADOLIBRE_INVALID_GRANT' },
  },
  getOrder: {
    operation: 'get-order',
    stakes: 'read',
    token: 'user',
    async prepare(world) {
      const { seller, orderId } = await mercadoLibreOrder(world);
      return [seller, orderId];
    },
    declined: {
      prepare: async world => [
        await account(world, 'mercadolibre'),
        (await mercadoLibreOrder(world)).orderId, // another seller's
      ],
      as: 'terminal MERCADOLIBRE_FORBIDDEN',
    },
  },
  getShipment: {
    operation: 'get-shipment',
    stakes: 'read',
    token: 'user',
    async prepare(world) {
      const { seller, shippingId } = await mercadoLibreShipment(world);
      return [seller, shippingId];
    },
    declined: {
      prepare: async world => [await account(world, 'mercadolibre'), nobody],
      as: 'retryable MERCADOLIBRE_NOT_FOUND',
    },
  },
  tellShipped: {
    operation: 'seller-notification',
    stakes: 'money',
    token: 'user',
    async prepare(world) {
      const { seller, shippingId } = await mercadoLibreShipment(world);
      return [seller, shippingId, shipped(unique('LP'))];
    },
    declined: {
      async prepare(world) {
        const { seller, shippingId } = await mercadoLibreShipment(world, { logisticMode: 'me2' });
        return [seller, shippingId, shipped(unique('LP'))];
      },
      as: 'terminal MERCADOLIBRE_BAD_REQUEST',
    },
  },
  searchOrders: {
    operation: 'search-orders',
    stakes: 'read',
    token: 'user',
    async prepare(world) {
      const { seller } = await mercadoLibreOrder(world);
      return [seller, { sellerId: seller.accountId, status: 'paid', ...lastHour(), limit: 50, offset: 0 }];
    },
    declined: {
      async prepare(world) {
        const seller = await account(world, 'mercadolibre');
        return [seller, { sellerId: '1', status: 'paid', ...lastHour(), limit: 50, offset: 0 }];
      },
      as: 'terminal MERCADOLIBRE_FORBIDDEN',
    },
  },
  searchPayments: {
    operation: 'search-payments',
    stakes: 'read',
    token: 'user',
    async prepare(world) {
      const { seller } = await mercadoLibreOrder(world);
      await world.control('clock', { advanceSeconds: 360 });
      return [seller, { ...lastHour(), limit: 50, offset: 0 }];
    },
    declined: {
      prepare: async world => [await account(world, 'mercadolibre'), { ...lastHour(), limit: 51, offset: 0 }],
      as: 'terminal MERCADOLIBRE_BAD_REQUEST',
    },
  },
  missedFeeds: {
    operation: 'missed-feeds',
    stakes: 'read',
    token: 'user',
    async prepare(world) {
      const { seller } = await mercadoLibreOrder(world); // it listens nowhere, so its notification does not arrive
      return [seller, { limit: 10, offset: 0 }];
    },
    declined: {
      async prepare(world) {
        const [operation, fault] = ['missed-feeds', { kind: 'status', status: 403, times: 1 }];
        await world.control('faults', { provider: 'mercadolibre', operation, ...fault });
        return [await account(world, 'mercadolibre'), { limit: 10, offset: 0 }];
      },
      as: 'retryable MERCADOLIBRE_FORBIDDEN',
    },
  },
};
