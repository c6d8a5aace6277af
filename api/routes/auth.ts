import { createHash } from 'node:crypto';
import { Router } from 'express';
import Joi from 'joi';
import { hashPassword, passwordMatches } from '../../runtime/password.ts';
import { findUser, findUserByEmail } from '../../store/users.ts';
import type { Deps } from '../deps.ts';
import { type Limits, sourceOf, spend } from '../limits.ts';
import { Problem, valid } from '../middleware/problem.ts';
import { cookieName, sessionOf, sessionSeconds } from '../middleware/session.ts';

const login = Joi.object<{ email: string; password: string }>({
  // As the address is looked up: spelt otherwise it would have tries of its own.
  email: Joi.string().trim().lowercase().max(256).required(),
  password: Joi.string().max(1024).required(),
});

/** Compared with when nobody has the address, so that a wrong address takes as long as a wrong password. */
const nobody = hashPassword('nobody has this password');

/** In front of the session: a cookie that is worth nothing any more must not keep its owner from logging in. */
export function authRoutes({ store, sessions, config }: Deps, limits: Limits): Router {
  const secure = config.nodeEnv === 'production';
  const cookie = { httpOnly: true, sameSite: 'lax', secure, path: '/' } as const;

  return Router()
    .post('/login', async (request, response) => {
      const { email, password } = valid(login, request.body);
      const source = sourceOf(request);
      const account = `${source}/${createHash('sha256').update(email).digest('base64url')}`;
      await spend(limits['login-account'], account, 'TOO_MANY_LOGINS');
      await spend(limits['login-address'], source, 'TOO_MANY_LOGINS');
      const user = await store.read(em => findUserByEmail(em, email));
      const matches = await passwordMatches(password, user?.passwordHash ?? (await nobody));
      if (!user || !matches) throw new Problem(401, 'LOGIN_REFUSED', 'e-mail or password is wrong');
      await limits['login-account'].forget(account);
      await limits['login-address'].giveBack(source);
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
