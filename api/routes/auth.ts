import { Router } from 'express';
import Joi from 'joi';
import { logIn } from '../../store/log-in.ts';
import { findUser } from '../../store/users.ts';
import type { Deps } from '../deps.ts';
import { type Limits, sourceOf, tooMany } from '../limits.ts';
import { Problem, valid } from '../middleware/problem.ts';
import { cookieName, sessionOf, sessionSeconds } from '../middleware/session.ts';

const login = Joi.object<{ email: string; password: string }>({
  email: Joi.string().trim().max(256).required(),
  password: Joi.string().max(1024).required(),
});

/** In front of the session: a cookie that is worth nothing any more must not keep its owner from logging in. */
export function authRoutes({ store, sessions, config }: Deps, limits: Limits): Router {
  const secure = config.nodeEnv === 'production';
  const tries = { account: limits['login-account'], address: limits['login-address'] };
  const cookie = { httpOnly: true, sameSite: 'lax', secure, path: '/' } as const;

  return Router()
    .post('/login', async (request, response) => {
      const tried = { ...valid(login, request.body), source: sourceOf(request) };
      const admission = await logIn(store, tries, tried, ['admin', 'reseller']);
      if ('waitMs' in admission) throw tooMany('TOO_MANY_LOGINS', admission.waitMs);
      if ('refused' in admission) throw new Problem(401, 'LOGIN_REFUSED', 'e-mail or password is wrong');
      const { user } = admission;
      const token = await sessions.issue({ userId: user.id, role: user.role });
      response.cookie(cookieName, token, { ...cookie, maxAge: sessionSeconds * 1000 });
      response.json({
        token,
        expiresInSeconds: sessionSeconds,
        user: { id: user.id, email: user.email, role: user.role },
      });
    })
    .post('/logout', async (request, response) => {
      await sessions.end(request);
      response.clearCookie(cookieName, cookie).status(204).end();
    })
    .get('/me', sessions.read, async (_request, response) => {
      const user = await store.read(em => findUser(em, sessionOf(response).userId));
      if (!user) throw new Problem(401, 'SESSION_INVALID', 'log in again');
      response.json({ id: user.id, email: user.email, role: user.role });
    });
}
