import express, { type Router } from 'express';
import Joi from 'joi';
import type { Credentials } from '../credentials.ts';
import { openAccount } from '../paypal/accounts.ts';
import type { World } from '../world.ts';
import { respond, text } from './respond.ts';

const application = Joi.object<Credentials['paypal']>({
  clientId: text.required(),
  clientSecret: text.required(),
  webhookId: text.required(),
});

/** Opens another account at PayPal. */
export function payPalAccountRoutes(world: World): Router {
  const router = express.Router();
  router.post(
    '/paypal-accounts',
    respond(world, application, given => openAccount(world, given), 201),
  );
  return router;
}
