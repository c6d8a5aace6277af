import express, { type Router } from 'express';
import Joi from 'joi';
import { consent } from '../accounts.ts';
import { goodMood, type ShopMood } from '../shop/state.ts';
import type { World } from '../world.ts';
import { minorUnits, notKnown, respond, text } from './respond.ts';

type Member = { readonly name: string; readonly email: string; readonly password: string };
const member = Joi.object<Member>({ name: text.required(), email: text.required(), password: text.required() });

type Change = Partial<ShopMood> & { readonly email: string; readonly password?: string; readonly loggedOut?: true };
const change = Joi.object<Change>({
  email: text.required(),
  password: text,
  loggedOut: Joi.boolean().valid(true),
  captcha: Joi.string().valid('nowhere', 'login', 'checkout'),
  twoFactor: Joi.boolean(),
  restricted: Joi.boolean(),
  layout: Joi.string().valid('plain', 'drifted', 'unknown'),
  priceRiseMinor: minorUnits,
  payment: Joi.string().valid('paid', 'declined', 'unpaid'),
  forgetsVariant: Joi.boolean(),
  refusesAddress: Joi.boolean(),
  hidesOrders: Joi.boolean(),
});

/** Who may log in on the website, and what stands in the way there. */
export function shopRoutes(world: World): Router {
  const { accounts, sessions } = world.state.shop;
  const router = express.Router();
  /** Each log-in begins one. */
  router.get('/shop-sessions', (_request, response) => void response.json({ sessions: sessions.size }));
  router.post(
    '/shop-accounts',
    respond(
      world,
      member,
      ({ name, email, password }) => {
        const known = accounts.get(email);
        const accountId = known?.accountId ?? consent(world, { provider: 'aliexpress', name }).account.accountId;
        accounts.set(email, { email, password, accountId, mood: goodMood(), cart: [], shipTo: undefined });
        return { accountId, accountName: name, email };
      },
      201,
    ),
  );
  router.post(
    '/shop-mood',
    respond(world, change, ({ email, password, loggedOut, ...mood }) => {
      const account = accounts.get(email);
      if (!account) throw notKnown(`the shopper ${email}`);
      account.password = password ?? account.password;
      account.mood = { ...account.mood, ...mood };
      if (loggedOut) for (const [token, owner] of sessions) if (owner === email) sessions.delete(token);
      return account.mood;
    }),
  );
  return router;
}
