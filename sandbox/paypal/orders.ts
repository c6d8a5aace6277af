import { randomCode } from '../ids.ts';
import type { Answer, Call } from '../operation.ts';
import { shapeAt, textAt } from '../shape.ts';
import type { World } from '../world.ts';
import { bodyOf, wantsRepresentation } from './access.ts';
import { minimalOrder, orderDocument } from './documents.ts';
import { sendEvent } from './events.ts';
import { once, orderKeysLiveMs, requestIdOf } from './idempotency.ts';
import { readPurchaseUnits } from './order-rules.ts';
import { invalidRequest, notFound } from './refusals.ts';
import type { Order } from './state.ts';

/** How long a buyer may take to approve, and then the seller to capture. */
const stepMs = 3 * 3_600_000;

export function createOrder(world: World, call: Call): Answer {
  const body = bodyOf(call);
  const hasPaymentSource = body.payment_source !== undefined;
  if (hasPaymentSource && requestIdOf(call) === undefined)
    throw invalidRequest('PAYPAL_REQUEST_ID_REQUIRED', 'PayPal-Request-Id');
  return once(world, call, orderKeysLiveMs, () => {
    const units = readPurchaseUnits(body);
    const experience = shapeAt(shapeAt(shapeAt(body, 'payment_source'), 'paypal'), 'experience_context');
    const order: Order = {
      id: randomCode(17),
      intent: String(body.intent),
      units,
      hasPaymentSource,
      returnUrl: textAt(experience, 'return_url') ?? textAt(shapeAt(body, 'application_context'), 'return_url'),
      createdAt: world.clock.iso(),
      status: hasPaymentSource ? 'PAYER_ACTION_REQUIRED' : 'CREATED',
      updatedAt: world.clock.iso(),
      expiresAt: world.clock.now() + stepMs,
    };
    world.state.paypal.orders.set(order.id, order);
    const document = wantsRepresentation(call) ? orderDocument : minimalOrder;
    return { status: 201, body: document(world, order) };
  });
}

export const getOrder = (world: World, call: Call): Answer => ({
  status: 200,
  body: orderDocument(world, orderOf(world, call.param('id'))),
});

/** The order, unless it never was or its time is over. @throws Refusal 404 */
export function orderOf(world: World, id: string): Order {
  const order = world.state.paypal.orders.get(id);
  if (!order || (order.status !== 'COMPLETED' && order.expiresAt <= world.clock.now())) throw notFound('order_id');
  return order;
}

/** The buyer approves on PayPal's site. */
export function approve(world: World, order: Order): void {
  if (order.status === 'COMPLETED' || (order.status === 'APPROVED' && !order.declinedFor)) return;
  order.declinedFor = undefined;
  order.status = 'APPROVED';
  order.updatedAt = world.clock.iso();
  order.expiresAt = world.clock.now() + stepMs;
  sendEvent(world, 'CHECKOUT.ORDER.APPROVED', 'checkout-order', orderDocument(world, order));
}
