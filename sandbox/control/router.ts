import express, { type ErrorRequestHandler, type Router } from 'express';
import Joi from 'joi';
import { toJson } from '../json.ts';
import { Refusal } from '../operation.ts';
import type { World } from '../world.ts';
import { accountRoutes } from './accounts.ts';
import { aliExpressRoutes } from './aliexpress.ts';
import { balanceRoutes } from './balance.ts';
import { faultRoutes } from './faults.ts';
import { orderRoutes } from './orders.ts';
import { payPalRoutes } from './paypal.ts';
import { ControlError, respond } from './respond.ts';
import { settingRoutes } from './settings.ts';

/** `/_control`: how tests and demos play the outside world. No provider has anything like it. */
export function controlRouter(world: World): Router {
  const router = express.Router();
  router.use(express.json({ limit: '1mb' }));
  router.get('/health', (_request, response) => void response.json({ ok: true }));
  router.get('/effects', (_request, response) => {
    response.type('json').send(toJson({ effects: world.books.list() }));
  });
  router.get('/clock', (_request, response) => void response.json({ now: world.clock.iso() }));
  router.post(
    '/clock',
    respond(world, Joi.object<{ advanceSeconds: number }>({ advanceSeconds: Joi.number().min(0).required() }), body => {
      world.clock.advance(body.advanceSeconds);
      return { now: world.clock.iso() };
    }),
  );
  router.use(faultRoutes(world), balanceRoutes(world), settingRoutes(world), accountRoutes(world));
  router.use(aliExpressRoutes(world), orderRoutes(world), payPalRoutes(world));
  router.use((request, _response, next) =>
    next(new ControlError(404, `no such control: ${request.method} ${request.path}`)),
  );
  router.use(explain);
  return router;
}

const explain: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  if (error instanceof ControlError) return void response.status(error.status).json({ error: error.message });
  if (error instanceof Refusal) return void response.status(error.answer.status).json({ error: error.answer.body });
  if (error instanceof SyntaxError) return void response.status(400).json({ error: error.message });
  next(error);
};
