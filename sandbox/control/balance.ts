import express, { type Router } from 'express';
import Joi from 'joi';
import { worldWith } from '../paypal/accounts.ts';
import { balanceOf, book, setBalance } from '../paypal/balances.ts';
import type { World } from '../world.ts';
import { currency, minorUnits, notKnown, respond, text } from './respond.ts';

type Body = {
  readonly provider: 'paypal' | 'payoneer';
  readonly currency: string;
  /** The client id of another account at PayPal. */
  readonly account?: string;
  readonly amountMinor: bigint;
  /** False: PayPal's report does not show it yet. */
  readonly reported: boolean;
};

const schema = Joi.object<Body>({
  provider: Joi.string().valid('paypal', 'payoneer').required(),
  currency: currency.required(),
  account: text.when('provider', { is: 'paypal', otherwise: Joi.forbidden() }),
  amountMinor: minorUnits.required(),
  reported: Joi.boolean().default(true),
});

/** What is really there, and what is reported: by provider, in minor units. */
function balancesOf(world: World) {
  const texts = (balances: Map<string, bigint>) =>
    Object.fromEntries([...balances].map(([code, minor]) => [code, minor.toString()]));
  const { paypal, payoneer } = world.state;
  const reported = { asOf: world.clock.iso(paypal.report.asOfMs), balances: texts(paypal.report.balances) };
  return { paypal: { real: texts(paypal.balances), reported }, payoneer: { real: texts(payoneer.balances) } };
}

export function balanceRoutes(world: World): Router {
  const router = express.Router();
  router.get('/balance', (_request, response) => void response.json(balancesOf(world)));
  router.post(
    '/balance',
    respond(world, schema, ({ provider, currency: code, account, amountMinor, reported }) => {
      const at = worldWith(world, (_paypal, clientId) => clientId === account);
      if (account !== undefined && account !== at.credentials.paypal.clientId) throw notKnown(`the account ${account}`);
      if (provider === 'paypal' && !reported) book(at, code, amountMinor - balanceOf(at, code));
      else if (provider === 'paypal') setBalance(at, code, amountMinor);
      else world.state.payoneer.balances.set(code, amountMinor);
      return balancesOf(at);
    }),
  );
  return router;
}
