import { Router } from 'express';
import Joi from 'joi';
import { hashPassword } from '../../runtime/password.ts';
import type { Role } from '../../store/entities/people.ts';
import { addUser, changeSettings, type UserSettings } from '../../store/users.ts';
import type { Deps } from '../deps.ts';
import { Problem, valid } from '../middleware/problem.ts';
import { adminOf, sessionOf } from '../middleware/session.ts';

type NewUser = { email: string; password: string; role: Role; payoutReceiver?: string };
const newUser = Joi.object<NewUser>({
  email: Joi.string().email({ tlds: false }).max(256).required(),
  password: Joi.string().min(12).max(1024).required(),
  role: Joi.string().valid('admin', 'reseller').default('reseller'),
  payoutReceiver: Joi.string().email({ tlds: false }).max(127),
});

/** Where payouts go needs the password: `/api/me/payout-receiver`. */
const settings = Joi.object<Pick<UserSettings, 'refundPolicy'>>({
  refundPolicy: Joi.string().valid('ask', 'automatic'),
}).min(1);

export const userRoutes = ({ store }: Deps): Router =>
  Router()
    .patch('/me', async (request, response) => {
      const { userId } = sessionOf(response);
      const wanted = valid(settings, request.body);
      const user = await store.transaction(em => changeSettings(em, userId, wanted));
      response.json({ id: user.id, refundPolicy: user.refundPolicy });
    })
    .post('/', async (request, response) => {
      adminOf(response);
      const { email, password, role, payoutReceiver = null } = valid(newUser, request.body);
      const passwordHash = await hashPassword(password);
      const user = await store.transaction(em => addUser(em, { email, passwordHash, role, payoutReceiver }));
      if (!user) throw new Problem(409, 'EMAIL_TAKEN', 'a user with this e-mail exists');
      response
        .status(201)
        .json({ id: user.id, email: user.email, role: user.role, payoutReceiver: user.payoutReceiver });
    });
