import express, { type Router } from 'express';
import Joi from 'joi';
import { challenge } from '../ebay/challenge.ts';
import type { World } from '../world.ts';
import { respondLater } from './respond.ts';

type Body = { readonly endpoint?: string };
const schema = Joi.object<Body>({ endpoint: Joi.string().uri({ scheme: ['http', 'https'] }) });

/** eBay checks the endpoint of its notifications. */
export function challengeRoutes(world: World): Router {
  const router = express.Router();
  router.post(
    '/ebay-challenge',
    respondLater(world, schema, ({ endpoint }) => challenge(world, endpoint ?? `${world.apiUrl}/api/webhooks/ebay`)),
  );
  return router;
}
