import { Router } from 'express';
import Joi from 'joi';
import { logIn } from '../../store/accounts/log-in.ts';
import type { GuessBrakes } from '../../store/accounts/log-in-throttle.ts';
import { resetPassword } from '../../store/accounts/new-password.ts';
import { endSession } from '../../store/accounts/sessions.ts';
import { actingAs } from '../../store/database/current-actor.ts';
import type { Deps } from '../deps.ts';
import { sourceOf, tooMany } from '../middleware/limits.ts';
import { assertSet, newPassword } from '../middleware/password-problems.ts';
import { Problem, valid } from '../middleware/problem.ts';
import { placeOf } from '../middleware/session.ts';

const login = Joi.object<{ email: string; password: string }>({
  email: Joi.string().trim().max(256).required(),
  password: Joi.string().max(1024).required(),
});

const reset = Joi.object<{ token: string; password: string }>({
  token: Joi.string().max(128).required(),
  password: newPassword.required(),
});

const refused = (): Problem => new Problem(401, 'LOGIN_REFUSED', 'e-mail or password is wrong');

/** In front of the session check: an invalid cookie must not keep its owner from logging in. */
export const authRoutes = ({ store, sessions }: Deps, brakes: GuessBrakes): Router =>
  Router()
    .post('/login', async (request, response) => {
      const tried = { ...valid(login, request.body), source: sourceOf(request) };
      const admission = await logIn(store, brakes, tried, 'api', ['admin', 'reseller']);
      if ('waitMs' in admission) throw tooMany('TOO_MANY_LOGINS', admission.waitMs);
      if ('refused' in admission) throw refused();
      const { id, email, role } = admission.user;
      const token = await sessions.begin(admission.user, placeOf(request));
      if (!token) throw refused();
      const { name, options, seconds } = sessions.cookie;
      response.cookie(name, token, { ...options, maxAge: seconds * 1000 });
      response.json({ token, expiresInSeconds: seconds, user: { id, email, role } });
    })
    .post('/logout', async (request, response) => {
      // Ends the session itself, so that a copy of the token is worthless too. An invalid token is ignored.
      const session = await sessions.of(request);
      if (session) {
        const { sessionId, userId, email } = session;
        const action = { operator: email, action: 'log out', target: { door: 'api' } };
        await actingAs({ ...action, source: sourceOf(request), sessionId }, () =>
          store.transaction(em => endSession(em, sessionId, userId)),
        );
      }
      response.clearCookie(sessions.cookie.name, sessions.cookie.options).status(204).end();
    })
    .post('/password-reset', async (request, response) => {
      assertSet(await resetPassword(store, { ...valid(reset, request.body), source: sourceOf(request) }));
      response.status(204).end();
    });
