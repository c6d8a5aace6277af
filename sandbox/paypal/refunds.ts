import { randomCode } from '../ids.ts';
import type { Answer, Call } from '../operation.ts';
import type { Shape } from '../shape.ts';
import type { World } from '../world.ts';
import { bodyOf, wantsRepresentation } from './access.ts';
import { balanceOf, book } from './balances.ts';
import { captureOf, setCaptureStatus } from './captures.ts';
import { captureDocument, refundDocument } from './documents.ts';
import { sendEvent } from './events.ts';
import { once, refundKeysLiveMs } from './idempotency.ts';
import { readMoney } from './money.ts';
import { invalidRequest, notFound, unprocessable } from './refusals.ts';
import type { Capture, Refund } from './state.ts';

/** `POST /v2/payments/captures/{id}/refund`: without an amount, all that is left. PayPal keeps its fee. */
export function refundCapture(world: World, call: Call): Answer {
  const body = bodyOf(call);
  return once(world, call, refundKeysLiveMs, () => {
    const capture = captureOf(world, call.param('id'));
    const refund = giveBack(world, capture, readRefund(world, capture, body), optionalText(body, 'custom_id', 127));
    const full = refundDocument(world, refund);
    const { id, status, links } = full;
    return { status: 201, body: wantsRepresentation(call) ? full : { id, status, links } };
  });
}

/** @throws Refusal 404 */
export function getRefund(world: World, call: Call): Answer {
  const refund = world.state.paypal.refunds.get(call.param('id'));
  if (!refund) throw notFound('refund_id');
  return { status: 200, body: refundDocument(world, refund) };
}

function readRefund(world: World, capture: Capture, body: Shape): bigint {
  const { currency, status, amountMinor, refundedMinor } = capture;
  const left = amountMinor - refundedMinor;
  optionalText(body, 'note_to_payer', 255);
  optionalText(body, 'invoice_id', 127);
  const asked = body.amount === undefined ? { minor: left, currency } : readMoney(body.amount, '/amount');
  if (status === 'PENDING') throw unprocessable('PENDING_CAPTURE');
  if (status === 'REFUNDED' || left === 0n) throw unprocessable('CAPTURE_FULLY_REFUNDED');
  // Of one that was reversed in part the rest can be given back.
  if (!['COMPLETED', 'PARTIALLY_REFUNDED', 'REVERSED'].includes(status)) throw unprocessable('REFUND_NOT_ALLOWED');
  if (asked.currency !== currency) throw unprocessable('REFUND_CAPTURE_CURRENCY_MISMATCH', '/amount/currency_code');
  if (asked.minor <= 0n) throw unprocessable('CANNOT_BE_ZERO_OR_NEGATIVE', '/amount/value');
  if (asked.minor > left) throw unprocessable('REFUND_AMOUNT_EXCEEDED', '/amount/value');
  if (asked.minor > balanceOf(world, currency)) throw unprocessable('REFUND_FAILED_INSUFFICIENT_FUNDS');
  return asked.minor;
}

/** Moves the money back to the buyer, whoever started it. `event` is what the seller hears. */
export function giveBack(
  world: World,
  capture: Capture,
  minor: bigint,
  customId?: string,
  event: 'REFUNDED' | 'REVERSED' = 'REFUNDED',
): Refund {
  const { id: captureId, currency } = capture;
  const refund: Refund = {
    id: randomCode(17),
    reversal: event === 'REVERSED',
    status: 'COMPLETED',
    captureId,
    amountMinor: minor,
    currency,
    createdAt: world.clock.iso(),
    customId,
  };
  world.state.paypal.refunds.set(refund.id, refund);
  book(world, currency, -minor);
  capture.refundedMinor += minor;
  const whole = capture.refundedMinor === capture.amountMinor;
  setCaptureStatus(world, capture, event === 'REVERSED' ? event : whole ? 'REFUNDED' : 'PARTIALLY_REFUNDED');
  record(world, capture, refund, event === 'REFUNDED' ? 'refund' : 'reversal');
  sendEvent(world, `PAYMENT.CAPTURE.${event}`, 'refund', refundDocument(world, refund));
  return refund;
}

/** The seller has won: what was reversed is with them again, and PayPal tells of the capture once more. */
export function winBack(world: World, capture: Capture): Refund[] {
  const { id: captureId } = capture;
  const reversals = [...world.state.paypal.refunds.values()].filter(
    refund => refund.captureId === captureId && refund.reversal && refund.status === 'COMPLETED',
  );
  for (const refund of reversals) {
    comeBack(world, capture, refund, 'CANCELLED');
    record(world, capture, refund, 'reversal-returned');
  }
  setCaptureStatus(world, capture, capture.refundedMinor > 0n ? 'PARTIALLY_REFUNDED' : 'COMPLETED');
  sendEvent(world, 'PAYMENT.CAPTURE.COMPLETED', 'capture', captureDocument(world, capture));
  return reversals;
}

/** The seller had won it, and has lost it after all. @throws Refusal 404 */
export function reverseAgain(world: World, capture: Capture, refundId: string): Refund {
  const refund = world.state.paypal.refunds.get(refundId);
  if (refund?.status !== 'CANCELLED') throw notFound('refund_id');
  refund.status = 'COMPLETED';
  capture.refundedMinor += refund.amountMinor;
  book(world, capture.currency, -refund.amountMinor);
  record(world, capture, refund, 'reversal');
  setCaptureStatus(world, capture, 'REVERSED');
  sendEvent(world, 'PAYMENT.CAPTURE.REVERSED', 'refund', refundDocument(world, refund));
  return refund;
}

/** A refund that was done has failed after all, as one by eCheck may: its money is with the seller again. */
export function failRefund(world: World, refund: Refund): void {
  const capture = captureOf(world, refund.captureId);
  comeBack(world, capture, refund, 'FAILED');
  setCaptureStatus(world, capture, capture.refundedMinor > 0n ? 'PARTIALLY_REFUNDED' : 'COMPLETED');
  world.books.note('refund', refund.id, { status: 'FAILED' });
  sendEvent(world, 'PAYMENT.REFUND.FAILED', 'refund', refundDocument(world, refund));
}

function record(world: World, capture: Capture, refund: Refund, kind: 'refund' | 'reversal' | 'reversal-returned') {
  const { id: key, orderId, customId, currency } = capture;
  const { id: reference, amountMinor } = refund;
  const detail = { orderId, customId };
  world.books.record({ kind, provider: 'paypal', key, reference, amountMinor, currency, detail });
}

function comeBack(world: World, capture: Capture, refund: Refund, status: 'CANCELLED' | 'FAILED'): void {
  refund.status = status;
  capture.refundedMinor -= refund.amountMinor;
  book(world, capture.currency, refund.amountMinor);
}

function optionalText(body: Shape, key: string, longest: number): string | undefined {
  const text = body[key];
  if (text === undefined) return undefined;
  if (typeof text !== 'string') throw invalidRequest('INVALID_PARAMETER_SYNTAX', `/${key}`);
  if (text.length < 1 || text.length > longest) throw invalidRequest('INVALID_STRING_LENGTH', `/${key}`);
  return text;
}
