import { Router } from 'express';
import Joi from 'joi';
import type { UserId } from '../../domain/ids.ts';
import type { GuessBrakes } from '../../store/accounts/log-in-throttle.ts';
import { askChange, cancelChange, type PayTo, presentReceiver, restingChange } from '../../store/accounts/receivers.ts';
import type { Deps } from '../deps.ts';
import { Problem, valid } from '../middleware/problem.ts';
import { sessionOf } from '../middleware/session.ts';
import { confirmed } from './confirm-password.ts';

const wanted = Joi.object<PayTo & { password: string }>({
  provider: Joi.string().valid('paypal', 'payoneer').required(),
  /** PayPal pays to e-mail addresses, Payoneer to the payee ids of the program. */
  receiver: Joi.when('provider', {
    is: 'paypal',
    // biome-ignore lint/suspicious/noThenProperty: Joi's word
    then: Joi.string().email({ tlds: false }).max(127).required(),
    otherwise: Joi.string()
      .pattern(/^[\w.-]{1,64}$/)
      .required(),
  }),
  password: Joi.string().max(1024).required(),
});

/** Where the payouts of the user go, and a change of it that has not taken effect yet. */
export function payoutReceiverRoutes({ store, config }: Deps, brakes: GuessBrakes): Router {
  const view = (userId: UserId) =>
    store.transaction(async em => ({
      present: await presentReceiver(em, userId, config.payoutProvider),
      resting: await restingChange(em, userId),
    }));
  return Router()
    .get('/payout-receiver', async (_request, response) => {
      response.json(await view(sessionOf(response).userId));
    })
    .put('/payout-receiver', async (request, response) => {
      const { userId } = sessionOf(response);
      const { password, ...to } = valid(wanted, request.body);
      await confirmed({ store, brakes }, request, response, password);
      await store.transaction(async em => {
        const from = await presentReceiver(em, userId, config.payoutProvider);
        await askChange(em, userId, { from, to, restMs: config.payoutReceiverRestMs });
      });
      response.json(await view(userId));
    })
    .delete('/payout-receiver', async (_request, response) => {
      const { userId } = sessionOf(response);
      if (!(await store.transaction(em => cancelChange(em, userId))))
        throw new Problem(409, 'NO_CHANGE_RESTS', 'no change of the payout address is waiting');
      response.json(await view(userId));
    });
}
