import type { SupplierOrder } from '../../providers/aliexpress/order.ts';
import { fulfillmentBody } from '../../providers/ebay/fulfillment.ts';
import { shipNotice } from '../../providers/mercadolibre/shipment.ts';
import { trackingBody } from '../../providers/paypal/tracking.ts';
import {
  account,
  approvedOrder,
  type ContractCall,
  ebayOrder,
  mercadoLibreOrder,
  orderOf,
  product,
  unique,
} from './contract-calls.ts';
import type { SandboxWorld } from './sandbox-world.ts';

const shippedAt = new Date('2026-11-20T10:00:00.000Z');

/** An order at AliExpress, paid and on its way in one parcel. */
export async function shippedOrder(world: SandboxWorld, numbers = [unique('LP')]) {
  const token = await account(world, 'aliexpress');
  const { orderNumbers } = await world.aliexpress.createOrder(token, orderOf(await product(world)));
  const number: SupplierOrder['number'] = orderNumbers[0] ?? '';
  const events = [{ at: shippedAt.toISOString(), description: 'Accepted by carrier' }];
  const tracking = numbers.map(trackingNumber => ({ trackingNumber, carrier: 'Cainiao', events }));
  await world.control('supplier', { number, status: 'WAIT_BUYER_ACCEPT_GOODS', tracking });
  return { token, number };
}

/** One line of an eBay order, in one parcel. */
export async function ebayParcel(world: SandboxWorld, trackingNumber = 'LP00123-456 CN') {
  const { seller, orderId } = await ebayOrder(world);
  const [line] = (await world.ebay.getOrder(seller, orderId)).lines;
  const lines = [{ lineItemId: line?.lineItemId ?? '', quantity: 2 }];
  return { seller, orderId, body: fulfillmentBody({ lines, shippedAt, carrier: 'Other', trackingNumber }) };
}

export async function mercadoLibreShipment(world: SandboxWorld, more: object = {}) {
  const { seller, orderId } = await mercadoLibreOrder(world, { logisticMode: 'me1', ...more });
  const { shippingId = '' } = await world.mercadolibre.getOrder(seller, orderId);
  return { seller, orderId, shippingId };
}

export const shipped = (trackingNumber: string): string =>
  shipNotice({
    status: 'shipped',
    at: shippedAt,
    trackingNumber,
    trackingUrl: `https://track.example/${trackingNumber}`,
  });

export async function paidParcel(world: SandboxWorld, carrier = 'AliExpress Standard Shipping') {
  const paypalOrderId = await approvedOrder(world);
  const [capture] = (await world.paypal.captureOrder(paypalOrderId, unique('capture'))).captures;
  const parcel = { captureId: capture?.id ?? '', trackingNumber: unique('LP'), carrier, notifyBuyer: false };
  return { paypalOrderId, body: trackingBody(parcel) };
}

let packs = 0;

/** Everything that says or asks where a parcel is, and where one may go. */
export const shippingCalls: readonly ContractCall[] = [
  {
    provider: 'paypal',
    operation: 'track',
    stakes: 'money',
    async prepare(world) {
      const { paypalOrderId, body } = await paidParcel(world);
      return ({ paypal }) => paypal.addTracking(paypalOrderId, body);
    },
  },
  {
    provider: 'ebay',
    operation: 'shipping-fulfillment',
    stakes: 'money',
    onceOnly: true,
    async prepare(world) {
      const { seller, orderId, body } = await ebayParcel(world);
      return ({ ebay }) => ebay.createShippingFulfillment(seller, orderId, body);
    },
  },
  {
    provider: 'ebay',
    operation: 'list-fulfillments',
    stakes: 'read',
    async prepare(world) {
      const { seller, orderId, body } = await ebayParcel(world);
      await world.ebay.createShippingFulfillment(seller, orderId, body);
      return ({ ebay }) => ebay.getShippingFulfillments(seller, orderId);
    },
  },
  {
    provider: 'mercadolibre',
    operation: 'seller-notification',
    stakes: 'money',
    async prepare(world) {
      const { seller, shippingId } = await mercadoLibreShipment(world);
      const body = shipped(unique('LP'));
      return ({ mercadolibre }) => mercadolibre.tellShipped(seller, shippingId, body);
    },
  },
  {
    provider: 'mercadolibre',
    operation: 'get-pack',
    stakes: 'read',
    async prepare(world) {
      const packId = `20000035085${String(++packs).padStart(5, '0')}`;
      const { seller } = await mercadoLibreOrder(world, { packId });
      return ({ mercadolibre }) => mercadolibre.getPack(seller, packId);
    },
  },
  {
    provider: 'aliexpress',
    operation: 'tracking-get',
    stakes: 'read',
    async prepare(world) {
      const { token, number } = await shippedOrder(world);
      return ({ aliexpress }) => aliexpress.getTracking(token, number);
    },
  },
  {
    provider: 'aliexpress',
    operation: 'address-get',
    stakes: 'read',
    async prepare(world) {
      const token = await account(world, 'aliexpress');
      return ({ aliexpress }) => aliexpress.getAddress(token, 'BR');
    },
  },
];
