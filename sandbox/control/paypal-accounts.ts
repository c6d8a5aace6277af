import express, { type Router } from 'express';
import Joi from 'joi';
import type { Credentials } from '../credentials.ts';
import { openAccount, worldOf } from '../paypal/accounts.ts';
import type { World } from '../world.ts';
import { balanceRoutes } from './balance.ts';
import { payoutRoutes } from './payouts.ts';
import { payPalRoutes } from './paypal.ts';
import { notKnown, respond, text } from './respond.ts';

const application = Joi.object<Credentials['paypal']>({
  clientId: text.required(),
  clientSecret: text.required(),
  webhookId: text.required(),
});

/** Opens another account at PayPal; all that PayPal's controls move is moved there under `paypal-accounts/:clientId/`. */
export function payPalAccountRoutes(world: World): Router {
  const router = express.Router();
  router.post(
    '/paypal-accounts',
    respond(world, application, given => openAccount(world, given), 201),
  );
  router.use('/paypal-accounts/:clientId', (request, response, next) => {
    const other = worldOf(world, request.params.clientId);
    if (!other) return next(notKnown(`PayPal account ${request.params.clientId}`));
    const controls = express.Router().use(payPalRoutes(other), balanceRoutes(other), payoutRoutes(other));
    return controls(request, response, next);
  });
  return router;
}
