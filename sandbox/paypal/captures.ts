import { randomCode } from '../ids.ts';
import type { Answer, Call, Refusal } from '../operation.ts';
import type { World } from '../world.ts';
import { bodyOf, wantsRepresentation } from './access.ts';
import { book } from './balances.ts';
import { captureDocument, minimalOrder, orderDocument } from './documents.ts';
import { sendEvent } from './events.ts';
import { once, orderKeysLiveMs } from './idempotency.ts';
import { link } from './links.ts';
import { orderOf } from './orders.ts';
import { notFound, refusal, unprocessable } from './refusals.ts';
import type { Capture, CaptureOutcome, Order, PurchaseUnit } from './state.ts';

/** 3.49 % and 0.49, half a cent rounded up. */
const feeFor = (minor: bigint): bigint => (minor * 349n + 5000n) / 10_000n + 49n;

const eventFor = {
  COMPLETED: 'PAYMENT.CAPTURE.COMPLETED',
  PENDING: 'PAYMENT.CAPTURE.PENDING',
  DECLINED: 'PAYMENT.CAPTURE.DENIED',
} as const;

/** `POST /v2/checkout/orders/{id}/capture`: once, and only what the buyer has approved. */
export function captureOrder(world: World, call: Call): Answer {
  bodyOf(call);
  return once(world, call, orderKeysLiveMs, () => {
    const order = orderOf(world, call.param('id'));
    if (order.status === 'COMPLETED') throw unprocessable('ORDER_ALREADY_CAPTURED');
    if (order.intent !== 'CAPTURE') throw unprocessable('ACTION_DOES_NOT_MATCH_INTENT');
    if (order.status !== 'APPROVED') throw unprocessable('ORDER_NOT_APPROVED');

    const outcome = world.state.paypal.captureOutcomes.get(order.id) ?? { status: 'COMPLETED' };
    world.state.paypal.captureOutcomes.delete(order.id);
    const issue = outcome.issue ?? order.declinedFor;
    if (issue !== undefined) throw declined(world, order, issue);

    order.status = 'COMPLETED';
    order.updatedAt = world.clock.iso();
    for (const unit of order.units) capture(world, order, unit, outcome);
    sendEvent(world, 'CHECKOUT.ORDER.COMPLETED', 'checkout-order', orderDocument(world, order));
    const document = wantsRepresentation(call) ? orderDocument : minimalOrder;
    return { status: 201, body: document(world, order) };
  });
}

/** Until the buyer has chosen another way to pay, PayPal declines again. */
const buyersToMend = ['INSTRUMENT_DECLINED', 'REDIRECT_PAYER_FOR_ALTERNATE_FUNDING', 'PAYER_ACTION_REQUIRED'];

function declined(world: World, order: Order, issue: string): Refusal {
  if (!buyersToMend.includes(issue)) return unprocessable(issue);
  order.declinedFor = issue;
  const rel = issue === 'PAYER_ACTION_REQUIRED' ? 'payer-action' : 'redirect';
  return refusal(422, 'UNPROCESSABLE_ENTITY', [{ issue }], [link(world, `/checkoutnow?token=${order.id}`, rel)]);
}

function capture(world: World, order: Order, unit: PurchaseUnit, outcome: CaptureOutcome): void {
  const amountMinor = outcome.amountMinor ?? unit.amountMinor;
  const captured: Capture = {
    id: randomCode(17),
    orderId: order.id,
    amountMinor,
    currency: unit.currency,
    feeMinor: feeFor(amountMinor),
    feeShown: outcome.withoutFee !== true,
    customId: unit.customId,
    invoiceId: unit.invoiceId,
    createdAt: world.clock.iso(),
    status: outcome.status,
    updatedAt: world.clock.iso(),
    refundedMinor: 0n,
  };
  unit.captureId = captured.id;
  world.state.paypal.captures.set(captured.id, captured);
  if (outcome.status !== 'DECLINED')
    world.books.record({
      kind: 'capture',
      provider: 'paypal',
      key: order.id,
      reference: captured.id,
      amountMinor,
      currency: unit.currency,
      detail: { customId: unit.customId, status: outcome.status, feeMinor: captured.feeMinor.toString() },
    });
  if (outcome.status === 'COMPLETED') book(world, unit.currency, amountMinor - captured.feeMinor);
  sendEvent(world, eventFor[outcome.status], 'capture', captureDocument(world, captured));
}

export const getCapture = (world: World, call: Call): Answer => ({
  status: 200,
  body: captureDocument(world, captureOf(world, call.param('id'))),
});

/** @throws Refusal 404 */
export function captureOf(world: World, id: string): Capture {
  const found = world.state.paypal.captures.get(id);
  if (!found) throw notFound('capture_id');
  return found;
}

/** The review of a PENDING capture ends. */
export function settleCapture(world: World, captured: Capture, status: 'COMPLETED' | 'PENDING' | 'DECLINED'): void {
  if (status === 'COMPLETED' && captured.status !== 'COMPLETED')
    book(world, captured.currency, captured.amountMinor - captured.feeMinor);
  setCaptureStatus(world, captured, status);
  sendEvent(world, eventFor[status], 'capture', captureDocument(world, captured));
}

/** PayPal says at last what it kept, and tells of the capture once more. */
export function showFee(world: World, captured: Capture, feeMinor = captured.feeMinor): void {
  book(world, captured.currency, captured.feeMinor - feeMinor);
  captured.feeMinor = feeMinor;
  captured.feeShown = true;
  captured.updatedAt = world.clock.iso();
  sendEvent(world, 'PAYMENT.CAPTURE.COMPLETED', 'capture', captureDocument(world, captured));
}

export function setCaptureStatus(world: World, captured: Capture, status: Capture['status']): void {
  captured.status = status;
  captured.updatedAt = world.clock.iso();
  world.books.note('capture', captured.id, { status });
}
