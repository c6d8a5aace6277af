import { Router } from 'express';
import Joi from 'joi';
import type { UserId } from '../../domain/ids.ts';
import { logIn } from '../../store/log-in.ts';
import { askChange, cancelChange, type PayTo, presentReceiver, restingChange } from '../../store/receivers.ts';
import { findUser } from '../../store/users.ts';
import type { Deps } from '../deps.ts';
import { type Limits, sourceOf, tooMany } from '../limits.ts';
import { notFound, Problem, valid } from '../middleware/problem.ts';
import { sessionOf } from '../middleware/session.ts';

const wanted = Joi.object<PayTo & { password: string }>({
  provider: Joi.string().valid('paypal', 'payoneer').required(),
  /** PayPal pays e-mail addresses; Payoneer the payee ids of the program, which are none. */
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

/** Where the payouts of whoever is logged in go, and the change of it that rests. */
export function payoutReceiverRoutes({ store, config }: Deps, limits: Limits): Router {
  const tries = { account: limits['login-account'], address: limits['login-address'] };
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
      const user = await store.read(em => findUser(em, userId));
      if (!user) throw notFound('user');
      const tried = { email: user.email, password, source: sourceOf(request) };
      const admission = await logIn(store, tries, tried, [user.role]);
      if ('waitMs' in admission) throw tooMany('TOO_MANY_LOGINS', admission.waitMs);
      if ('refused' in admission) throw new Problem(422, 'PASSWORD_WRONG', 'this is not the password of the account');
      await store.transaction(em => askChange(em, userId, to, config.payoutReceiverRestMs));
      response.json(await view(userId));
    })
    .delete('/payout-receiver', async (_request, response) => {
      const { userId } = sessionOf(response);
      if (!(await store.transaction(em => cancelChange(em, userId))))
        throw new Problem(409, 'NO_CHANGE_RESTS', 'no change of the payout address is resting');
      response.json(await view(userId));
    });
}
