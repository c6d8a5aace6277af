import express, { type Router } from 'express';
import Joi from 'joi';
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
      const order = orderOf(world, paypalOrderId);
      approve(world, order);
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
      orderOf(world, paypalOrderId);
      world.state.paypal.captureOutcomes.set(paypalOrderId, outcome);
    }),
  );
  router.post(
    '/capture-fee',
    respond(world, lateFee, ({ captureId, feeMinor }) => showFee(world, captureOf(world, captureId), feeMinor)),
  );
  router.post(
    '/dispute',
    respond(world, dispute, move => moveDispute(world, move)),
  );
  router.post(
    '/capture-status',
    respond(world, laterStatus, body => changeCapture(world, body)),
  );
  router.post(
    '/refund',
    respond(world, refund, ({ captureId, amountMinor }) => {
      const { id: refundId } = giveBack(world, withLeft(world, captureId, amountMinor), amountMinor);
      return { captureId, refundId, status: captureOf(world, captureId).status };
    }),
  );
  router.post(
    '/reversal',
    respond(world, reversal, ({ captureId, amountMinor = leftOf(captureOf(world, captureId)), again }) => {
      const capture = withLeft(world, captureId, amountMinor);
      const { id: refundId } = again
        ? reverseAgain(world, capture, again)
        : giveBack(world, capture, amountMinor, undefined, 'REVERSED');
      return { captureId, refundId, status: capture.status };
    }),
  );
  router.post(
    '/reversal-won',
    respond(world, won, ({ captureId }) => {
      const capture = captureOf(world, captureId);
      const refundIds = winBack(world, capture).map(({ id }) => id);
      return { captureId, refundIds, status: capture.status };
    }),
  );
  router.post(
    '/refund-failed',
    respond(world, failedRefund, ({ refundId }) => {
      const given = world.state.paypal.refunds.get(refundId);
      if (given?.status !== 'COMPLETED') throw new ControlError(409, `refund ${refundId} is not done`);
      failRefund(world, given);
      return { refundId, status: given.status };
    }),
  );
  return router;
}

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
