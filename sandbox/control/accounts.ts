import express, { type Router } from 'express';
import Joi from 'joi';
import { type AccountProvider, accountProviders, type Consent, consent, revoke } from '../accounts.ts';
import type { World } from '../world.ts';
import { notKnown, respond, text } from './respond.ts';

const seconds = Joi.number().integer().min(0);

const schema = Joi.object<Consent>({
  provider: Joi.string()
    .valid(...accountProviders)
    .required(),
  name: text.required(),
  accessTtlSeconds: seconds,
  refreshTtlSeconds: seconds,
  expired: Joi.boolean(),
  autoPay: Joi.boolean(),
  webhookUrl: Joi.string().uri({ scheme: ['http', 'https'] }),
});

type Revocation = { provider: AccountProvider; name: string; what: 'access' | 'all' };
const revocation = Joi.object<Revocation>({
  provider: Joi.string()
    .valid(...accountProviders)
    .required(),
  name: text.required(),
  what: Joi.string().valid('access', 'all').default('all'),
});

/** What an OAuth consent would have given: the tokens at once, and the code for whoever wants to redeem it. */
export function accountRoutes(world: World): Router {
  const router = express.Router();
  router.post(
    '/accounts',
    respond(
      world,
      schema,
      given => {
        const { account, accessToken } = consent(world, given);
        return {
          accountId: account.accountId,
          accountName: account.accountName,
          accessToken,
          refreshToken: account.refreshToken,
          accessExpiresAt: world.clock.iso(account.accessTokens.get(accessToken)),
          refreshExpiresAt: world.clock.iso(account.refreshExpiresAt),
          code: account.code?.value,
        };
      },
      201,
    ),
  );
  router.post(
    '/revoke',
    respond(world, revocation, ({ provider, name, what }) => {
      const account = world.state.accounts.find(a => a.provider === provider && a.accountName === name);
      if (!account) throw notKnown(name);
      revoke(account, what);
    }),
  );
  router.get('/grants', (_request, response) => void response.json({ grants: world.state.grants }));
  router.get('/tokens', (_request, response) => void response.json({ tokens: tokensOf(world) }));
  return router;
}

/** Every token that opens something here, and those that did before they ended. */
const tokensOf = ({ state }: World): string[] => [
  ...state.accounts.flatMap(account => [...account.accessTokens.keys(), account.refreshToken]),
  ...state.accounts.flatMap(({ code }) => (code ? [code.value] : [])),
  ...[...state.otherPayPal.values()].flatMap(({ paypal }) => [...paypal.tokens.keys()]),
  ...[state.paypal.tokens, state.ebay.applicationTokens, state.payoneer.tokens].flatMap(tokens => [...tokens.keys()]),
];
