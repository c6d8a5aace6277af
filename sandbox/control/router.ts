import express, { type ErrorRequestHandler, type Router } from 'express';
import Joi from 'joi';
import { toJson } from '../json.ts';
import { Refusal } from '../operation.ts';
import type { World } from '../world.ts';
import { accountRoutes } from './accounts.ts';
import { aliExpressRoutes } from './aliexpress.ts';
import { balanceRoutes } from './balance.ts';
import { challengeRoutes } from './challenge.ts';
import { faultRoutes } from './faults.ts';
import { orderRoutes } from './orders.ts';
import { payoutRoutes } from './payouts.ts';
import { payPalRoutes } from './paypal.ts';
import { payPalAccountRoutes } from './paypal-accounts.ts';
import { ControlError, respond } from './respond.ts';
import { settingRoutes } from './settings.ts';
import { shopRoutes } from './shop.ts';

/*
 * GET    health · effects · clock · balance · faults · settings
 * POST   clock {advanceSeconds}                         moves the sandbox's time
 * POST   faults {provider, operation, kind, times, …}   DELETE lifts them all
 * POST   balance {provider, currency, amountMinor, account}      at PayPal (the client id of another account) or Payoneer
 * POST   settings {…}                                   see ../settings.ts
 * POST   accounts {provider, name, …}                   what an OAuth consent gives
 * POST   revoke {provider, name, what}               its tokens end early; `all`: the application is out
 * GET    grants                                       every token that was given out
 * GET    tokens                                       every token and code that opens something now, and those that ended
 * POST   products · pay · supplier                      AliExpress: the shop, its checkout, its warehouse
 * POST   shop-accounts · shop-mood                    who logs in on its website, and what they meet there
 * GET    shop-sessions                                how many sessions of the website are open
 * POST   orders · notify · ebay-challenge · ebay-mark-down               the marketplaces and their buyers
 * POST   ebay-payouts {accountId, amountMinor, status}  what eBay has paid out to a seller's bank
 * PATCH  orders/:marketplace/:orderId
 * POST   approve · capture-outcome · capture-fee · capture-status · refund · dispute   PayPal's buyers, its seller, its risk department
 * POST   paypal-accounts {clientId, clientSecret, webhookId}   another account at PayPal
 * POST   paypal-event {document}                       a webhook of PayPal's with whatever is in it, signed
 * POST   payout-outcome · payout-status                PayPal's and Payoneer's receivers: what is to come, what came after
 *
 * All JSON. Amounts are minor units, as texts.
 */

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
  router.use(
    aliExpressRoutes(world),
    orderRoutes(world),
    challengeRoutes(world),
    payPalRoutes(world),
    payPalAccountRoutes(world),
    payoutRoutes(world),
    shopRoutes(world),
  );
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
