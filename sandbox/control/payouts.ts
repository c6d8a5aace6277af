import express, { type Router } from 'express';
import Joi from 'joi';
import { endPayout } from '../payoneer/payouts.ts';
import { worldWith } from '../paypal/accounts.ts';
import { moveItem } from '../paypal/payout-settlement.ts';
import { type PayoutItemStatus, payoutItemStatuses } from '../paypal/state.ts';
import type { World } from '../world.ts';
import { notKnown, respond, text } from './respond.ts';

type Provider = 'paypal' | 'payoneer';
type Outcome = { readonly provider: Provider; readonly receiver: string; readonly itemStatus: string };
/** `itemId`: the item's number at PayPal, the payout's at Payoneer. */
type ItemMove = { readonly provider: Provider; readonly itemId: string; readonly itemStatus: string };

const provider = Joi.string().valid('paypal', 'payoneer').default('paypal');
const statusOf = (paypal: readonly string[], payoneer: Joi.Schema) =>
  Joi.when('provider', {
    is: 'paypal',
    // biome-ignore lint/suspicious/noThenProperty: Joi's own word
    then: Joi.string().valid(...paypal),
    otherwise: payoneer,
  }).required();

const outcome = Joi.object<Outcome>({
  provider,
  receiver: text.required(),
  itemStatus: statusOf(payoutItemStatuses, text),
});
const itemMove = Joi.object<ItemMove>({
  provider,
  itemId: text.required(),
  itemStatus: statusOf(payoutItemStatuses, Joi.string().valid('Cancelled', 'Failed')),
});

/** How the next payout to a receiver ends, and what becomes of one after that. */
export function payoutRoutes(world: World): Router {
  const router = express.Router();
  router.post(
    '/payout-outcome',
    respond(world, outcome, ({ provider, receiver, itemStatus }) => {
      const { paypal, payoneer } = world.state;
      const outcomes: Map<string, string[]> = provider === 'paypal' ? paypal.payoutOutcomes : payoneer.outcomes;
      outcomes.set(receiver, [...(outcomes.get(receiver) ?? []), itemStatus]);
    }),
  );
  router.post(
    '/payout-status',
    respond(world, itemMove, body => movePayout(world, body)),
  );
  return router;
}

function movePayout(world: World, { provider, itemId, itemStatus }: ItemMove): void {
  const at = worldWith(world, ({ items }) => items.has(itemId));
  const item = provider === 'paypal' ? at.state.paypal.items.get(itemId) : undefined;
  const payout = world.state.payoneer.payouts.find(({ payoutId }) => payoutId === itemId);
  if (item) moveItem(at, item, itemStatus as PayoutItemStatus);
  else if (payout?.status === 'Transferred') endPayout(world, payout, itemStatus, true);
  else throw notKnown(`payout ${itemId}`);
}
