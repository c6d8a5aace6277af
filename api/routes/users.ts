import { randomBytes } from 'node:crypto';
import { type Request, Router } from 'express';
import Joi from 'joi';
import type { UserId } from '../../domain/ids.ts';
import { hashPassword } from '../../runtime/secrets/password.ts';
import {
  type Account,
  accounts,
  openReset,
  type Switched,
  switchOff,
  switchOn,
} from '../../store/accounts/accounts.ts';
import { endSessions } from '../../store/accounts/sessions.ts';
import { addUser, changeSettings, findUser, type UserSettings } from '../../store/accounts/users.ts';
import type { Role, User } from '../../store/entities/people.ts';
import type { Deps } from '../deps.ts';
import { assertStrong, newPassword } from '../middleware/password-problems.ts';
import { notFound, Problem, valid } from '../middleware/problem.ts';
import { adminOf, sessionOf } from '../middleware/session.ts';
import { id, type Page, page } from './schemas.ts';

type NewUser = { email: string; password?: string; role: Role; payoutReceiver?: string };
const newUser = Joi.object<NewUser>({
  email: Joi.string().email({ tlds: false }).max(256).required(),
  /** Left out, the user chooses it: the answer has a reset that works once. */
  password: newPassword,
  role: Joi.string().valid('admin', 'reseller').default('reseller'),
  payoutReceiver: Joi.string().email({ tlds: false }).max(127),
});

/** Where payouts go needs the password: `/api/me/payout-receiver`. */
const settings = Joi.object<Pick<UserSettings, 'refundPolicy'>>({
  refundPolicy: Joi.string().valid('ask', 'automatic'),
}).min(1);

const onOff = Joi.object<{ disabled: boolean }>({ disabled: Joi.boolean().strict().required() });

const userOf = (request: Request): UserId => valid(id, request.params.id) as UserId;

/** The users' accounts: an admin makes them, switches them off, and gives out resets of passwords. */
export const userRoutes = ({ store }: Deps): Router =>
  Router()
    .patch('/me', async (request, response) => {
      const { userId } = sessionOf(response);
      const wanted = valid(settings, request.body);
      const user = await store.transaction(em => changeSettings(em, userId, wanted));
      response.json({ id: user.id, refundPolicy: user.refundPolicy });
    })
    .get('/', async (request, response) => {
      adminOf(response);
      const wanted = valid<Page>(page, request.query);
      const found = await store.read(em => accounts(em, wanted));
      response.json({ users: found.map(accountView) });
    })
    .post('/', async (request, response) => {
      const { email: madeBy } = adminOf(response);
      const { email, password, role, payoutReceiver = null } = valid(newUser, request.body);
      if (password !== undefined) assertStrong(password, email);
      const passwordHash = await hashPassword(password ?? randomBytes(32).toString('base64url'));
      const added = await store.transaction(async em => {
        const user = await addUser(em, { email, passwordHash, role, payoutReceiver });
        return user && { user, reset: password === undefined ? await openReset(em, user.id, madeBy) : undefined };
      });
      if (!added) throw new Problem(409, 'EMAIL_TAKEN', 'a user with this e-mail exists');
      const { user, reset } = added;
      response
        .status(201)
        .json({ id: user.id, email: user.email, role: user.role, payoutReceiver: user.payoutReceiver, reset });
    })
    .patch('/:id', async (request, response) => {
      adminOf(response);
      const userId = userOf(request);
      const { disabled } = valid(onOff, request.body);
      const user = switched(await store.transaction(em => (disabled ? switchOff(em, userId) : switchOn(em, userId))));
      response.json({ id: user.id, email: user.email, role: user.role, disabledAt: user.disabledAt ?? null });
    })
    .post('/:id/password-reset', async (request, response) => {
      const { email: madeBy } = adminOf(response);
      const userId = userOf(request);
      const reset = await store.transaction(async em => {
        if (!(await findUser(em, userId))) throw notFound('user');
        return openReset(em, userId, madeBy);
      });
      response.status(201).json(reset);
    })
    .delete('/:id/sessions', async (request, response) => {
      adminOf(response);
      const userId = userOf(request);
      const ended = await store.transaction(async em => {
        if (!(await findUser(em, userId))) throw notFound('user');
        return endSessions(em, userId);
      });
      response.json({ ended });
    });

/** @throws Problem 404, 409 */
function switched(answer: Switched): User {
  if ('user' in answer) return answer.user;
  if (answer.refused === 'NO_SUCH_USER') throw notFound('user');
  throw new Problem(409, 'LAST_ADMIN', 'this is the last admin who can log in: make another one first');
}

const accountView = ({ refusedSince, ...account }: Account) => ({ ...account, refusedLogInsSince: refusedSince });
