import { Router } from 'express';
import Joi from 'joi';
import type { GuessBrakes } from '../../store/accounts/log-in-throttle.ts';
import { changePassword } from '../../store/accounts/new-password.ts';
import { noticesOf } from '../../store/accounts/notices.ts';
import { endSession, endSessions, openSessions } from '../../store/accounts/sessions.ts';
import type { Deps } from '../deps.ts';
import { sourceOf } from '../middleware/limits.ts';
import { assertSet, newPassword } from '../middleware/password-problems.ts';
import { notFound, valid } from '../middleware/problem.ts';
import { sessionOf } from '../middleware/session.ts';
import { id } from './schemas.ts';

const change = Joi.object<{ password: string; newPassword: string }>({
  password: Joi.string().max(1024).required(),
  newPassword: newPassword.required(),
});

/** What users may see and do with their own account. */
export const accountRoutes = ({ store }: Deps, brakes: GuessBrakes): Router =>
  Router()
    .get('/me', (_request, response) => {
      const { userId, email, role } = sessionOf(response);
      response.json({ id: userId, email, role });
    })
    .get('/notices', async (_request, response) => {
      const { userId } = sessionOf(response);
      response.json({ notices: await store.read(em => noticesOf(em, userId)) });
    })
    .put('/password', async (request, response) => {
      const owner = { ...sessionOf(response), source: sourceOf(request) };
      assertSet(await changePassword(store, brakes, owner, valid(change, request.body)));
      response.status(204).end();
    })
    .get('/sessions', async (_request, response) => {
      const { userId, sessionId } = sessionOf(response);
      const sessions = await store.read(em => openSessions(em, userId));
      response.json({ sessions: sessions.map(one => ({ ...one, isThisOne: one.id === sessionId })) });
    })
    .delete('/sessions', async (_request, response) => {
      const { userId, sessionId } = sessionOf(response);
      response.json({ ended: await store.transaction(em => endSessions(em, userId, sessionId)) });
    })
    .delete('/sessions/:id', async (request, response) => {
      const { userId } = sessionOf(response);
      const which = valid(id, request.params.id);
      if (!(await store.transaction(em => endSession(em, which, userId)))) throw notFound('session');
      response.status(204).end();
    });
