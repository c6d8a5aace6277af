import express, { type Router } from 'express';
import Joi from 'joi';
import { type Fault, faultKinds } from '../faults.ts';
import type { World } from '../world.ts';
import { respond, text } from './respond.ts';

const schema = Joi.object<Fault>({
  provider: Joi.string().valid('paypal', 'ebay', 'mercadolibre', 'aliexpress', 'payoneer', 'shop', 'fx').required(),
  operation: text.required(),
  kind: Joi.string()
    .valid(...faultKinds)
    .required(),
  times: Joi.number().integer().min(1).default(1),
  status: Joi.number().integer().min(200).max(599),
  delayMs: Joi.number().integer().min(0),
  retryAfter: text,
  body: Joi.alternatives(Joi.object().unknown(), Joi.array(), Joi.string()),
  patch: Joi.array().items(Joi.object().unknown()).max(50),
  match: text,
});

export function faultRoutes(world: World): Router {
  const router = express.Router();
  router.get('/faults', (_request, response) => void response.json({ faults: world.faults.list() }));
  router.post(
    '/faults',
    respond(world, schema, fault => world.faults.add(fault), 201),
  );
  router.delete(
    '/faults',
    respond(world, Joi.object(), () => world.faults.clear()),
  );
  return router;
}
