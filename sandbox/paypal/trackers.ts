import type { Answer, Call } from '../operation.ts';
import { recordNotice } from '../record-ship-notice.ts';
import { type Shape, textAt } from '../shape.ts';
import type { World } from '../world.ts';
import { bodyOf } from './access.ts';
import { orderDocument } from './documents.ts';
import { orderOf } from './orders.ts';
import { invalidRequest, unprocessable } from './refusals.ts';

/** Some of PayPal's 1276: one that is not listed is refused. */
const carriers = new Set(
  'CAINIAO YANWEN FOUR_PX_EXPRESS YUNEXPRESS CN_CHINA_POST_EMS USPS UPS DHL FEDEX ROYAL_MAIL OTHER'.split(' '),
);

/** `POST /v2/checkout/orders/{id}/track`: the same number of the same capture again answers 200, and adds nothing. */
export function addTracker(world: World, call: Call): Answer {
  const body = bodyOf(call);
  const captureId = required(body, 'capture_id', 50);
  const trackingNumber = required(body, 'tracking_number', 64);
  const carrier = required(body, 'carrier', 64);
  if (!carriers.has(carrier)) throw invalidRequest('INVALID_PARAMETER_VALUE', '/carrier');
  if (carrier === 'OTHER') required(body, 'carrier_name_other', 64);

  const order = orderOf(world, call.param('id'));
  const unit = order.units.find(unit => unit.captureId === captureId);
  const capture = unit && world.state.paypal.captures.get(captureId);
  if (!capture) throw unprocessable('CAPTURE_ID_NOT_FOUND', '/capture_id');
  if (capture.status !== 'COMPLETED') throw unprocessable('CAPTURE_STATUS_NOT_VALID', '/capture_id');
  const { trackers } = world.state.paypal;
  const id = `${captureId}-${trackingNumber}`;
  const known = trackers.has(id);
  if (!known) {
    const at = world.clock.iso();
    recordNotice(world, 'paypal', call.param('id'), trackingNumber, carrier);
    trackers.set(id, { id, captureId, createdAt: at });
    order.updatedAt = at;
  }
  return { status: known ? 200 : 201, body: orderDocument(world, order) };
}

function required(body: Shape, name: string, longest: number): string {
  const text = textAt(body, name);
  if (text === undefined) throw invalidRequest('MISSING_REQUIRED_PARAMETER', `/${name}`);
  if (text.length < 1 || text.length > longest) throw invalidRequest('INVALID_STRING_LENGTH', `/${name}`);
  return text;
}
