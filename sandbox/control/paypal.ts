import express, { type Router } from 'express';
import Joi from 'joi';
import { captureOf, settleCapture } from '../paypal/captures.ts';
import { type DisputeMove, moveDispute } from '../paypal/disputes.ts';
import { approve, orderOf } from '../paypal/orders.ts';
import { moveItem } from '../paypal/payout-settlement.ts';
import { giveBack } from '../paypal/refunds.ts';
import type { Capture, CaptureOutcome, PayoutItemStatus } from '../paypal/state.ts';
import { payoutItemStatuses } from '../paypal/state.ts';
import type { World } from '../world.ts';
import { ControlError, minorUnits, notKnown, respond, text } from './respond.ts';

type Outcome = CaptureOutcome & { readonly paypalOrderId: string };
type LaterStatus = { readonly captureId: string; readonly status: Capture['status'] };
type PayoutOutcome =
  | { readonly provider: 'paypal'; readonly receiver: string; readonly itemStatus: PayoutItemStatus }
  | { readonly provider: 'payoneer'; readonly receiver: string; readonly itemStatus: string };

const captureOutcome = Joi.object<Outcome>({
  paypalOrderId: text.required(),
  status: Joi.string().valid('COMPLETED', 'PENDING', 'DECLINED').default('COMPLETED'),
  amountMinor: minorUnits,
  issue: text,
});

const laterStatus = Joi.object<LaterStatus>({
  captureId: text.required(),
  status: Joi.string().valid('COMPLETED', 'PENDING', 'DECLINED', 'REFUNDED', 'REVERSED').required(),
});

const dispute = Joi.object<DisputeMove>({
  captureId: text.required(),
  status: Joi.string().valid('OPEN', 'UNDER_REVIEW', 'WAITING_FOR_SELLER_RESPONSE', 'RESOLVED').required(),
  outcome: text,
  feeMinor: minorUnits,
});

const payoutOutcome = Joi.object<PayoutOutcome>({
  provider: Joi.string().valid('paypal', 'payoneer').default('paypal'),
  receiver: text.required(),
  itemStatus: Joi.when('provider', {
    is: 'paypal',
    // biome-ignore lint/suspicious/noThenProperty: Joi's own word
    then: Joi.string().valid(...payoutItemStatuses),
    otherwise: text,
  }).required(),
});

type Given = { readonly captureId: string; readonly amountMinor: bigint };
const refund = Joi.object<Given>({ captureId: text.required(), amountMinor: minorUnits.required() });

type ItemMove = { readonly itemId: string; readonly itemStatus: PayoutItemStatus };
const itemMove = Joi.object<ItemMove>({
  itemId: text.required(),
  itemStatus: Joi.string()
    .valid(...payoutItemStatuses)
    .required(),
});

/** The buyer, PayPal's risk department and the receivers of payouts. */
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
    '/capture-outcome',
    respond(world, captureOutcome, ({ paypalOrderId, ...outcome }) => {
      orderOf(world, paypalOrderId);
      world.state.paypal.captureOutcomes.set(paypalOrderId, outcome);
    }),
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
      const capture = captureOf(world, captureId);
      if (amountMinor > capture.amountMinor - capture.refundedMinor)
        throw new ControlError(409, `not so much is left of capture ${captureId}`);
      giveBack(world, capture, amountMinor);
      return { captureId, status: capture.status };
    }),
  );
  router.post(
    '/payout-status',
    respond(world, itemMove, ({ itemId, itemStatus }) => {
      const item = world.state.paypal.items.get(itemId);
      if (!item) throw notKnown(`payout item ${itemId}`);
      moveItem(world, item, itemStatus);
      return { itemId, itemStatus };
    }),
  );
  router.post(
    '/payout-outcome',
    respond(world, payoutOutcome, ({ provider, receiver, itemStatus }) => {
      const outcomes: Map<string, string[]> =
        provider === 'paypal' ? world.state.paypal.payoutOutcomes : world.state.payoneer.outcomes;
      outcomes.set(receiver, [...(outcomes.get(receiver) ?? []), itemStatus]);
    }),
  );
  return router;
}

function changeCapture(world: World, { captureId, status }: LaterStatus): object {
  const capture = captureOf(world, captureId);
  if (status === 'REFUNDED' || status === 'REVERSED')
    giveBack(world, capture, capture.amountMinor - capture.refundedMinor, undefined, status);
  else if (status === 'COMPLETED' || status === 'PENDING' || status === 'DECLINED')
    settleCapture(world, capture, status);
  return { captureId, status: capture.status };
}
