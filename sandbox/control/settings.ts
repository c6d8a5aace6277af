import express, { type Router } from 'express';
import Joi from 'joi';
import type { Settings } from '../settings.ts';
import type { World } from '../world.ts';
import { respond } from './respond.ts';

const milliseconds = Joi.number().integer().min(0).max(86_400_000);

const schema = Joi.object<Partial<Settings>>({
  duplicateOutOrderId: Joi.string().valid('same-order', 'repeated-order-error'),
  webhookDelayMs: milliseconds,
  webhookDuplicates: Joi.number().integer().min(0).max(100),
  webhookShuffle: Joi.boolean(),
  webhooks: Joi.boolean(),
  payoutSettleMs: milliseconds,
  payoutsAllowed: Joi.boolean(),
  collapseSingleLists: Joi.boolean(),
  rates: Joi.object({
    date: Joi.string().pattern(/^\d{4}-\d\d-\d\d$/),
    changed: Joi.object()
      .pattern(/^[A-Z]{3}$/, Joi.string().pattern(/^\d+(\.\d+)?$/))
      .default({}),
  }),
  autoConsent: Joi.string().allow('').max(200),
});

export function settingRoutes(world: World): Router {
  const router = express.Router();
  router.get('/settings', (_request, response) => void response.json(world.settings));
  router.post(
    '/settings',
    respond(world, schema, changed => Object.assign(world.settings, changed)),
  );
  return router;
}
