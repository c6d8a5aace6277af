import express, { type Router } from 'express';
import Joi from 'joi';
import { worldWith } from '../paypal/accounts.ts';
import { captureOf, settleCapture, showFee } from '../paypal/captures.ts';
import { type DisputeMove, moveDispute } from '../paypal/disputes.ts';
import { sendDocument } from '../paypal/events.ts';
import { approve, orderOf } from '../paypal/orders.ts';
import { failRefund, giveBack, reverseAgain, winBack } from '../paypal/refunds.ts';
import type { Capture, CaptureOutcome } from '../paypal/state.ts';
import type { World } from '../world.ts';
import { ControlError, minorUnits, respond, text } from './respond.ts';

type Outcome = CaptureOutcome & { readonly paypalOrderId: string };
type Event = { readonly document: Readonly<Record<string, unknown>> };
type LaterStatus = { readonly captureId: string; readonly status: Capture['status'] };

const captureOutcome = Joi.object<Outcome>({
  paypalOrderId: text.required(),
  status: Joi.string().valid('COMPLETED', 'PENDING', 'DECLINED').default('COMPLETED'),
  amountMinor: minorUnits,
  issue: text,
  withoutFee: Joi.boolean(),
});

const laterStatus = Joi.object<LaterStatus>({
  captureId: text.required(),
  status: Joi.string().valid('COMPLETED', 'PENDING', 'DECLINED', 'REFUNDED', 'REVERSED').required(),
});

type LateFee = { readonly captureId: string; readonly feeMinor?: bigint };
const lateFee = Joi.object<LateFee>({ captureId: text.required(), feeMinor: minorUnits });

const dispute = Joi.object<DisputeMove>({
  captureId: text.required(),
  status: Joi.string().valid('OPEN', 'UNDER_REVIEW', 'WAITING_FOR_SELLER_RESPONSE', 'RESOLVED').required(),
  outcome: text,
  feeMinor: minorUnits,
});

type Given = { readonly captureId: string; readonly amountMinor: bigint };
const refund = Joi.object<Given>({ captureId: text.required(), amountMinor: minorUnits.required() });

/** `again`: one that was won, and is lost once more under the same name. */
type Reversal = { readonly captureId: string; readonly amountMinor?: bigint; readonly again?: string };
const reversal = Joi.object<Reversal>({ captureId: text.required(), amountMinor: minorUnits, again: text });
const won = Joi.object<{ captureId: string }>({ captureId: text.required() });
const failedRefund = Joi.object<{ refundId: string }>({ refundId: text.required() });

/** The buyer, its seller and PayPal's risk department. */
export function payPalRoutes(world: World): Router {
  const router = express.Router();
  router.post(
    '/approve',
    respond(world, Joi.object<{ paypalOrderId: string }>({ paypalOrderId: text.required() }), ({ paypalOrderId }) => {
      const at = withOrder(world, paypalOrderId);
      const order = orderOf(at, paypalOrderId);
      approve(at, order);
      return { paypalOrderId, status: order.status };
    }),
  );
  router.post(
    '/paypal-event',
    respond(world, Joi.object<Event>({ document: Joi.object().unknown().required() }), ({ document }) =>
      sendDocument(world, String(document.event_type ?? ''), document),
    ),
  );
  router.post(
    '/capture-outcome',
    respond(world, captureOutcome, ({ paypalOrderId, ...outcome }) => {
      const at = withOrder(world, paypalOrderId);
      orderOf(at, paypalOrderId);
      at.state.paypal.captureOutcomes.set(paypalOrderId, outcome);
    }),
  );
  router.post(
    '/capture-fee',
    respond(world, lateFee, ({ captureId, feeMinor }) => {
      const at = withCapture(world, captureId);
      showFee(at, captureOf(at, captureId), feeMinor);
    }),
  );
  router.post(
    '/dispute',
    respond(world, dispute, move => moveDispute(withCapture(world, move.captureId), move)),
  );
  router.post(
    '/capture-status',
    respond(world, laterStatus, body => changeCapture(withCapture(world, body.captureId), body)),
  );
  router.post(
    '/refund',
    respond(world, refund, ({ captureId, amountMinor }) => {
      const at = withCapture(world, captureId);
      const { id: refundId } = giveBack(at, withLeft(at, captureId, amountMinor), amountMinor);
      return { captureId, refundId, status: captureOf(at, captureId).status };
    }),
  );
  router.post(
    '/reversal',
    respond(world, reversal, ({ captureId, amountMinor, again }) => {
      const at = withCapture(world, captureId);
      const minor = amountMinor ?? leftOf(captureOf(at, captureId));
      const capture = withLeft(at, captureId, minor);
      const { id: refundId } = again
        ? reverseAgain(at, capture, again)
        : giveBack(at, capture, minor, undefined, 'REVERSED');
      return { captureId, refundId, status: capture.status };
    }),
  );
  router.post(
    '/reversal-won',
    respond(world, won, ({ captureId }) => {
      const at = withCapture(world, captureId);
      const capture = captureOf(at, captureId);
      const refundIds = winBack(at, capture).map(({ id }) => id);
      return { captureId, refundIds, status: capture.status };
    }),
  );
  router.post(
    '/refund-failed',
    respond(world, failedRefund, ({ refundId }) => {
      const at = worldWith(world, ({ refunds }) => refunds.has(refundId));
      const given = at.state.paypal.refunds.get(refundId);
      if (given?.status !== 'COMPLETED') throw new ControlError(409, `refund ${refundId} is not done`);
      failRefund(at, given);
      return { refundId, status: given.status };
    }),
  );
  return router;
}

const withOrder = (world: World, orderId: string): World => worldWith(world, ({ orders }) => orders.has(orderId));
const withCapture = (world: World, captureId: string): World =>
  worldWith(world, ({ captures }) => captures.has(captureId));

const leftOf = ({ amountMinor, refundedMinor }: Capture): bigint => amountMinor - refundedMinor;

function withLeft(world: World, captureId: string, minor: bigint): Capture {
  const capture = captureOf(world, captureId);
  if (minor > leftOf(capture)) throw new ControlError(409, `not so much is left of capture ${captureId}`);
  return capture;
}

function changeCapture(world: World, { captureId, status }: LaterStatus): object {
  const capture = captureOf(world, captureId);
  if (status === 'REFUNDED' || status === 'REVERSED') giveBack(world, capture, leftOf(capture), undefined, status);
  else if (status === 'COMPLETED' || status === 'PENDING' || status === 'DECLINED')
    settleCapture(world, capture, status);
  return { captureId, status: capture.status };
}
