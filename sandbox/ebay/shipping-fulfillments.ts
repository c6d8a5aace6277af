import { randomDigits } from '../ids.ts';
import type { Answer, Call } from '../operation.ts';
import { recordNotice } from '../record-ship-notice.ts';
import { isShape, listAt, type Shape, textAt } from '../shape.ts';
import type { World } from '../world.ts';
import { orderOf } from './orders.ts';
import { refusal } from './refusals.ts';
import type { EbayOrder, Fulfillment } from './state.ts';

const dayMs = 86_400_000;

/** Some of the codes that eBay knows; one that it does not know refuses the whole parcel. */
const carriers = new Set(
  'USPS UPS FedEx DHL DHLGlobalMail ChinaPost HongKongPost FLYTExpress GLS DPD AustraliaPost RoyalMail Other'.split(
    ' ',
  ),
);

/** `POST …/shipping_fulfillment`: one package. Not deduplicated: two calls are two packages. */
export function createFulfillment(world: World, call: Call): Answer {
  const order = orderOf(world, call);
  const body = bodyOf(call);
  const trackingNumber = textAt(body, 'trackingNumber');
  const carrier = textAt(body, 'shippingCarrierCode');
  if ((trackingNumber === undefined) !== (carrier === undefined))
    throw refusal(400, 32300, 'Carrier and tracking number must come together');
  if (trackingNumber !== undefined && !/^[A-Za-z0-9]+$/.test(trackingNumber))
    throw refusal(400, 32300, 'Invalid tracking number: letters and digits only');
  if (carrier !== undefined && !carriers.has(carrier))
    throw refusal(400, 32300, `Invalid shipping carrier: ${carrier}`);
  const shippedDate = textAt(body, 'shippedDate') ?? world.clock.iso();
  const shipped = Date.parse(shippedDate);
  if (Number.isNaN(shipped) || shipped > world.clock.now() + dayMs) throw refusal(400, 32500, 'Invalid shipped date');
  const fulfillment: Fulfillment = {
    fulfillmentId: trackingNumber ?? (order.fulfillments.length === 0 ? '999' : randomDigits(9)),
    lineItems: readLines(order, listAt(body, 'lineItems')),
    shippedDate,
    shippingCarrierCode: carrier,
    shipmentTrackingNumber: trackingNumber,
  };
  order.fulfillments.push(fulfillment);
  recordNotice(world, 'ebay', order.orderId, trackingNumber ?? '', carrier);
  order.modifiedAt = world.clock.iso();
  const location = `${world.publicUrl()}/ebay${call.path}/${fulfillment.fulfillmentId}`;
  return { status: 201, headers: { Location: location }, body: {} };
}

export function listFulfillments(world: World, call: Call): Answer {
  const { fulfillments } = orderOf(world, call);
  return { status: 200, body: { total: fulfillments.length, fulfillments } };
}

function bodyOf(call: Call): Shape {
  try {
    const body: unknown = JSON.parse(call.text);
    if (call.contentType === 'application/json' && isShape(body)) return body;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw refusal(400, 32600, 'Invalid request body');
}

/** No lines in the request means all lines of the order. */
function readLines(order: EbayOrder, sent: readonly unknown[]): Fulfillment['lineItems'] {
  if (sent.length === 0) return order.lines.map(({ lineItemId, quantity }) => ({ lineItemId, quantity }));
  const lines = sent.map(item => {
    const known = isShape(item) ? order.lines.find(line => line.lineItemId === textAt(item, 'lineItemId')) : undefined;
    if (!known || !isShape(item)) throw refusal(400, 32200, 'Invalid line item ID');
    const quantity = Number(item.quantity ?? known.quantity);
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > known.quantity)
      throw refusal(400, 32600, 'Invalid line item quantity');
    return { lineItemId: known.lineItemId, quantity };
  });
  if (new Set(lines.map(line => line.lineItemId)).size < lines.length)
    throw refusal(400, 32210, 'Duplicate line item ID');
  return lines;
}
