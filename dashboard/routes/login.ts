import { type Request, Router } from 'express';
import Joi from 'joi';
import { sourceAddress } from '../../runtime/http/source-address.ts';
import { logIn } from '../../store/accounts/log-in.ts';
import type { GuessBrakes } from '../../store/accounts/log-in-throttle.ts';
import type { User } from '../../store/entities/people.ts';
import type { Deps } from '../deps.ts';
import { audited } from '../middleware/audit.ts';
import { Refusal } from '../middleware/refusal.ts';
import { maybeOperator, type Sessions } from '../middleware/session.ts';
import { form } from '../middleware/storable.ts';
import { loginPage } from '../pages/login.ts';
import { ownPath } from './own-path.ts';

type Entered = { email: string; password: string; next: string };
const entered = Joi.object<Entered>({
  email: Joi.string().max(256).required(),
  password: Joi.string().max(1024).required(),
  next: Joi.string().max(2048).allow('').default('/'),
}).required();

export function loginRoutes(deps: Deps, sessions: Sessions, brakes: GuessBrakes): Router {
  const { store, log } = deps;

  /** Checks the password of an admin. @throws Refusal 401, 403, 429 */
  async function admit(request: Request, { email, password }: Entered): Promise<User> {
    const tried = { source: sourceAddress(request.ip), email, password };
    const admission = await logIn(store, brakes, tried, 'dashboard', ['admin']);
    if ('waitMs' in admission)
      throw new Refusal(429, `Too many tries. Wait ${Math.ceil(admission.waitMs / 60_000)} minutes.`);
    if ('user' in admission) return admission.user;
    if (admission.refused === 'role') throw new Refusal(403, 'Only an admin may enter the dashboard.');
    throw new Refusal(401, 'E-mail or password is wrong.');
  }

  return Router()
    .get('/login', (request, response) => {
      const next = ownPath(request.query.next);
      if (maybeOperator(response)) return response.redirect(303, next);
      response.type('html').send(loginPage(deps, { next }));
    })
    .post('/login', form, async (request, response) => {
      const { value, error } = entered.validate(request.body);
      const next = ownPath(value?.next);
      try {
        if (error) throw new Refusal(400, 'Enter e-mail and password.');
        const user = await admit(request, value);
        if (!(await sessions.start(request, response, user))) throw new Refusal(401, 'E-mail or password is wrong.');
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
    .post('/logout', async (_request, response) => {
      const operator = maybeOperator(response);
      const end = () => sessions.end(response);
      const logOut = { action: 'log out', target: { door: 'dashboard' } };
      await (operator ? audited(deps, { operator: operator.email, ...logOut }, end) : end());
      response.redirect(303, '/login');
    });
}
