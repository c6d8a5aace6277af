import { createHash } from 'node:crypto';
import express, { type Request, Router } from 'express';
import Joi from 'joi';
import type pg from 'pg';
import { hashPassword, passwordMatches } from '../runtime/password.ts';
import { sourceAddress } from '../runtime/source-address.ts';
import { auditAttempt } from '../store/overview.ts';
import { createLimit, type Limit } from '../store/rate-limits.ts';
import { findUserByEmail } from '../store/users.ts';
import type { Deps } from './deps.ts';
import { loginPage } from './pages/login.ts';
import { Refusal } from './refusal.ts';
import { maybeOperator, type Sessions } from './session.ts';

/** Tries per address and e-mail, and per address alone: many accounts may be tried from one place. */
const perAccount = { points: 10, windowSeconds: 15 * 60 };
const perAddress = { points: 100, windowSeconds: 15 * 60 };

type LogIn = { email: string; password: string; next: string };
const logIn = Joi.object<LogIn>({
  email: Joi.string().max(256).required(),
  password: Joi.string().max(1024).required(),
  next: Joi.string().max(2048).allow('').default('/'),
}).required();

/** Compared with when nobody has the address, so that a wrong address takes as long as a wrong password. */
const nobody = hashPassword('nobody has this password');

/** Where to go after the log-in: a page of ours, whatever the address says. */
function ownPath(next: unknown): string {
  const base = 'http://here';
  if (typeof next !== 'string' || !URL.canParse(next, base)) return '/';
  const { origin, pathname, search } = new URL(next, base);
  return origin === base ? pathname + search : '/';
}

const accountKey = (source: string, email: string): string =>
  `${source}/${createHash('sha256').update(email.trim().toLowerCase()).digest('base64url')}`;

/** @throws Refusal 429 */
async function spend(limit: Limit, key: string): Promise<void> {
  const waitMs = await limit.spend(key);
  if (waitMs > 0) throw new Refusal(429, `Too many tries. Wait ${Math.ceil(waitMs / 60_000)} minutes.`);
}

export function loginRoutes(deps: Deps, sessions: Sessions, limiterPool: pg.Pool): Router {
  const { store, log } = deps;
  const accounts = createLimit(limiterPool, 'dashboard', perAccount);
  const addresses = createLimit(limiterPool, 'dashboard-address', perAddress);

  /** The admin whose password it is. Takes the same time whoever is named. @throws Refusal 401, 403, 429 */
  async function admit(request: Request, { email, password }: LogIn) {
    const source = sourceAddress(request.ip);
    const key = accountKey(source, email);
    await spend(accounts, key);
    await spend(addresses, source);
    const user = await store.read(em => findUserByEmail(em, email));
    const matches = await passwordMatches(password, user?.passwordHash ?? (await nobody));
    if (!user || !matches) throw new Refusal(401, 'E-mail or password is wrong.');
    if (user.role !== 'admin') throw new Refusal(403, 'Only an admin may enter the dashboard.');
    await accounts.forget(key);
    await addresses.giveBack(source);
    return user;
  }

  return Router()
    .get('/login', (request, response) => {
      const next = ownPath(request.query.next);
      if (maybeOperator(response)) return response.redirect(303, next);
      response.type('html').send(loginPage(deps, { next }));
    })
    .post('/login', express.urlencoded({ extended: false, limit: 8_192 }), async (request, response) => {
      const { value, error } = logIn.validate(request.body);
      const next = ownPath(value?.next);
      try {
        if (error) throw new Refusal(400, 'Enter e-mail and password.');
        const user = await admit(request, value);
        await store.read(em => auditAttempt(em, { operator: user.email, action: 'log in', target: {} }, 'done'));
        await sessions.start(response, user.id);
        response.redirect(303, next);
      } catch (refusal) {
        if (!(refusal instanceof Refusal)) throw refusal;
        log.warn({ ip: request.ip, status: refusal.status }, 'log-in refused');
        response
          .status(refusal.status)
          .type('html')
          .send(loginPage(deps, { next, problem: refusal.message }));
      }
    })
    .post('/logout', async (request, response) => {
      const operator = maybeOperator(response);
      if (operator)
        await store.read(em => auditAttempt(em, { operator: operator.email, action: 'log out', target: {} }, 'done'));
      await sessions.end(request, response);
      response.redirect(303, '/login');
    });
}
