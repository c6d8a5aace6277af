import type { Answer, Call } from '../operation.ts';
import { recordNotice } from '../record-ship-notice.ts';
import { isShape, shapeAt, textAt } from '../shape.ts';
import type { World } from '../world.ts';
import { sellerOf } from './access.ts';
import { forbidden, notFound, refusal } from './refusals.ts';
import type { MercadoLibreOrder } from './state.ts';

/** `GET /shipments/{id}`: the documented shape only with `x-format-new: true`. */
export function getShipment(world: World, call: Call): Answer {
  const order = shipmentOf(world, call);
  const isNew = call.header('x-format-new') === 'true';
  return { status: 200, body: isNew ? newFormat(order) : oldFormat(order) };
}

const noticeStatuses = ['shipped', 'delivered', 'not_delivered'];

/** `POST /shipments/{id}/seller_notifications`: the seller says where the parcel is. */
export function notifyBySeller(world: World, call: Call): Answer {
  const order = shipmentOf(world, call);
  if (order.logisticMode === 'me2')
    throw refusal(400, 'bad_request', 'The shipping mode does not allow seller notifications');
  const body: unknown = call.contentType === 'application/json' ? jsonOf(call.text) : undefined;
  if (!isShape(body)) throw refusal(400, 'bad_request', 'invalid body');
  const status = textAt(body, 'status') ?? '';
  if (!noticeStatuses.includes(status)) throw refusal(400, 'bad_request', 'invalid status');
  if (!Date.parse(textAt(shapeAt(body, 'payload'), 'date') ?? ''))
    throw refusal(400, 'bad_request', 'payload.date is mandatory');
  const number = textAt(body, 'tracking_number');
  if (status === 'shipped' && (!number || !textAt(body, 'tracking_url')))
    throw refusal(400, 'bad_request', 'tracking_number and tracking_url are mandatory');
  const isOver = order.shipmentStatus === 'delivered' || order.shipmentStatus === 'not_delivered';
  if (isOver && order.shipmentStatus !== status)
    throw refusal(400, 'bad_request', `The shipment is ${order.shipmentStatus}, which is final`);
  order.shipmentStatus = status;
  recordNotice(world, 'mercadolibre', order.id, number ?? '');
  order.trackingNumber = number ?? order.trackingNumber;
  order.updatedAt = world.clock.iso();
  return { status: 200, body: { status: 'OK' } };
}

/** @throws Refusal 403 or 404 */
function shipmentOf(world: World, call: Call): MercadoLibreOrder {
  const seller = sellerOf(world, call);
  const order = [...world.state.mercadolibre.orders.values()].find(known => known.shipmentId === call.param('id'));
  if (!order) throw notFound('Shipment not found');
  if (order.accountId !== seller.accountId) throw forbidden();
  return order;
}

function newFormat(order: MercadoLibreOrder): object {
  const { shipTo, logisticMode } = order;
  // Mercado Envíos 2 ships with its own label and hides how to reach the buyer.
  const phone = logisticMode === 'me2' ? 'XXXXXXX' : (shipTo?.phone ?? null);
  return {
    id: BigInt(order.shipmentId),
    status: order.shipmentStatus,
    substatus: null,
    tracking_number: order.trackingNumber ?? null,
    tracking_method: null,
    logistic: {
      mode: logisticMode,
      type: order.logisticType ?? usualTypes[logisticMode] ?? 'default',
      direction: 'forward',
    },
    destination: {
      receiver_id: 266272126,
      receiver_name: shipTo?.fullName ?? null,
      receiver_phone: phone,
      shipping_address: shipTo ? addressDocument(order) : null,
    },
    lead_time: order.handlingLimit ? leadTime(order.handlingLimit) : null,
    last_updated: order.updatedAt,
  };
}

/** Dates are told with an offset, and without the time of day that anybody keeps to. */
const leadTime = (handlingLimit: string): object => ({
  option_id: null,
  shipping_method: null,
  cost_type: 'charged',
  delivery_type: 'estimated',
  estimated_schedule_limit: { date: null },
  estimated_delivery_time: { type: 'unknown', date: null, unit: 'hour', shipping: null, handling: 24 },
  estimated_delivery_limit: { date: null },
  estimated_handling_limit: { date: inSantiago(handlingLimit) },
});

/** MercadoLibre writes times in the site's own zone. */
const inSantiago = (iso: string): string =>
  new Date(Date.parse(iso) - 4 * 3_600_000).toISOString().replace('Z', '-04:00');

const usualTypes: Record<string, string> = { me2: 'drop_off' };

const oldFormat = (order: MercadoLibreOrder): object => ({
  id: BigInt(order.shipmentId),
  order_id: BigInt(order.id),
  mode: order.logisticMode,
  status: order.shipmentStatus,
  receiver_address: order.shipTo ? addressDocument(order) : null,
});

function addressDocument({ shipTo }: MercadoLibreOrder): object | null {
  if (!shipTo) return null;
  const [, streetName = shipTo.line1, streetNumber = null] = /^(.*?)\s+(\d+\w*)$/.exec(shipTo.line1) ?? [];
  return {
    address_line: shipTo.line1,
    street_name: streetName,
    street_number: streetNumber,
    comment: shipTo.line2 ?? null,
    zip_code: shipTo.postalCode,
    city: { id: null, name: shipTo.city },
    state: { id: shipTo.regionCode ?? null, name: shipTo.region || null },
    country: { id: shipTo.country, name: shipTo.country },
    neighborhood: { id: null, name: shipTo.neighborhood ?? null },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusal(400, 'bad_request', 'malformed json');
  }
}
