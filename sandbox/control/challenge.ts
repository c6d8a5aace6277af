import express, { type Router } from 'express';
import Joi from 'joi';
import { challenge } from '../ebay/challenge.ts';
import { markDown } from '../ebay/subscriptions.ts';
import type { World } from '../world.ts';
import { respond, respondLater } from './respond.ts';

type Body = { readonly endpoint?: string };
const schema = Joi.object<Body>({ endpoint: Joi.string().uri({ scheme: ['http', 'https'] }) });

/** eBay checks the endpoint of its notifications. */
export function challengeRoutes(world: World): Router {
  const router = express.Router();
  router.post(
    '/ebay-challenge',
    respondLater(world, schema, ({ endpoint }) => challenge(world, endpoint ?? `${world.apiUrl}/api/webhooks/ebay`)),
  );
  router.post(
    '/ebay-mark-down',
    respond(world, Joi.object({}), () => markDown(world)),
  );
  return router;
}
