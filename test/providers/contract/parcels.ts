import { fulfillmentBody } from '../../../providers/ebay/fulfillment.ts';
import { shipNotice } from '../../../providers/mercadolibre/shipment.ts';
import { trackingBody } from '../../../providers/paypal/tracking.ts';
import type { SandboxWorld } from '../sandbox-world.ts';
import { account, approvedOrder, ebayOrder, mercadoLibreOrder, orderOf, product, unique } from './goods.ts';

/* Parcels on their way, at the supplier and at the channels. */

const shippedAt = new Date('2026-11-20T10:00:00.000Z');

/** An order at AliExpress, paid and on its way in one parcel. */
export async function shippedOrder(world: SandboxWorld, numbers = [unique('LP')]) {
  const token = await account(world, 'aliexpress');
  const { orderNumbers } = await world.aliexpress.createOrder(token, orderOf(await product(world)));
  const number = orderNumbers[0] ?? '';
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
