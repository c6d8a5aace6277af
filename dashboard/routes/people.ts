import { Router } from 'express';
import Joi from 'joi';
import type { UserId } from '../../domain/ids.ts';
import { accounts, openReset, type Switched, switchOff, switchOn } from '../../store/accounts/accounts.ts';
import { endSessions } from '../../store/accounts/sessions.ts';
import { findUser } from '../../store/accounts/users.ts';
import type { Deps } from '../deps.ts';
import { audited } from '../middleware/audit.ts';
import { Refusal } from '../middleware/refusal.ts';
import { operatorOf } from '../middleware/session.ts';
import { pageNumber, pageOf } from '../pages/paging.ts';
import { peoplePage, resetPage } from '../pages/people.ts';
import { idOf } from './id-of.ts';

const query = Joi.object<{ page: number }>({ page: pageNumber });

/** The accounts of people, and how to end their sessions, reset a password or switch an account off. */
export const peopleRoutes = (deps: Deps): Router =>
  Router()
    .get('/people', async (request, response) => {
      const { value, error } = query.validate(request.query);
      if (error) throw new Refusal(400, error.message);
      const found = await pageOf(value.page, page => deps.store.read(em => accounts(em, page)));
      response.type('html').send(peoplePage({ deps, operator: operatorOf(response) }, found, deps.now()));
    })
    .post('/people/:id/switch/:state', async (request, response) => {
      const user = idOf(request, 'account') as UserId;
      const { email: operator } = operatorOf(response);
      const on = request.params.state === 'on';
      if (!on && request.params.state !== 'off') throw new Refusal(404, 'An account is on or off.');
      await audited(deps, { operator, action: `switch account ${on ? 'on' : 'off'}`, target: { user } }, async () =>
        assertSwitched(await deps.store.transaction(em => (on ? switchOn(em, user) : switchOff(em, user)))),
      );
      response.redirect(303, '/people');
    })
    .post('/people/:id/end-sessions', async (request, response) => {
      const user = idOf(request, 'account') as UserId;
      const { email: operator } = operatorOf(response);
      await audited(
        deps,
        { operator, action: 'end sessions', target: { user } },
        () => deps.store.transaction(em => endSessions(em, user)),
        ended => `${ended} sessions ended`,
      );
      response.redirect(303, '/people');
    })
    .post('/people/:id/reset-password', async (request, response) => {
      const user = idOf(request, 'account') as UserId;
      const operator = operatorOf(response);
      const { email, reset } = await audited(
        deps,
        { operator: operator.email, action: 'open a password reset', target: { user } },
        () =>
          deps.store.transaction(async em => {
            const owner = await findUser(em, user);
            if (!owner) throw new Refusal(404, 'There is no such account.');
            return { email: owner.email, reset: await openReset(em, user, operator.email) };
          }),
        ({ email }) => `for ${email}`,
      );
      // In production every request comes over TLS, whatever a proxy says.
      const scheme = deps.config.nodeEnv === 'production' ? 'https' : request.protocol;
      const link = new URL(`/password-reset?token=${reset.token}`, `${scheme}://${request.get('host')}`);
      response.type('html').send(resetPage({ deps, operator }, { email, link: link.href, expiresAt: reset.expiresAt }));
    });

/** @throws Refusal 404, 409 */
function assertSwitched(answer: Switched): void {
  if ('user' in answer) return;
  if (answer.refused === 'NO_SUCH_USER') throw new Refusal(404, 'There is no such account.');
  throw new Refusal(409, 'This is the last admin who can log in. Add another one first.');
}
