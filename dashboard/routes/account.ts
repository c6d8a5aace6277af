import { Router } from 'express';
import Joi from 'joi';
import { sourceAddress } from '../../runtime/http/source-address.ts';
import type { GuessBrakes } from '../../store/accounts/log-in-throttle.ts';
import { changePassword } from '../../store/accounts/new-password.ts';
import { endSession, endSessions, openSessions } from '../../store/accounts/sessions.ts';
import type { Deps } from '../deps.ts';
import { audited } from '../middleware/audit.ts';
import { Refusal } from '../middleware/refusal.ts';
import { operatorOf } from '../middleware/session.ts';
import { form } from '../middleware/storable.ts';
import { accountPage } from '../pages/account.ts';
import { idOf } from './id-of.ts';
import { refusalOf } from './password-refusal.ts';

const password = Joi.string().max(1024).required();
const change = Joi.object<{ password: string; newPassword: string }>({ password, newPassword: password }).required();

/** An operator's own account: the password and the sessions. */
export const accountRoutes = (deps: Deps, brakes: GuessBrakes): Router =>
  Router()
    .get('/account', async (_request, response) => {
      const operator = operatorOf(response);
      const sessions = await deps.store.read(em => openSessions(em, operator.userId));
      response.type('html').send(accountPage({ deps, operator }, { sessions, here: operator.sessionId }, deps.now()));
    })
    .post('/account/password', form, async (request, response) => {
      const operator = operatorOf(response);
      const { value, error } = change.validate(request.body);
      if (error) throw new Refusal(400, 'Enter the old password and a new one.');
      const owner = { ...operator, source: sourceAddress(request.ip) };
      await audited(deps, { operator: operator.email, action: 'change the password', target: {} }, async () => {
        const refusal = refusalOf(await changePassword(deps.store, brakes, owner, value));
        if (refusal) throw refusal;
      });
      response.redirect(303, '/account');
    })
    .post('/account/sessions/end', async (_request, response) => {
      const { userId, email, sessionId } = operatorOf(response);
      await audited(deps, { operator: email, action: 'end own sessions elsewhere', target: {} }, () =>
        deps.store.transaction(em => endSessions(em, userId, sessionId)),
      );
      response.redirect(303, '/account');
    })
    .post('/account/sessions/:id/end', async (request, response) => {
      const session = idOf(request, 'session');
      const { userId, email } = operatorOf(response);
      await audited(deps, { operator: email, action: 'end an own session', target: { session } }, async () => {
        if (!(await deps.store.transaction(em => endSession(em, session, userId))))
          throw new Refusal(404, 'There is no such session.');
      });
      response.redirect(303, '/account');
    });
