import { Router } from 'express';
import Joi from 'joi';
import { sourceAddress } from '../../runtime/http/source-address.ts';
import { resetPassword } from '../../store/accounts/new-password.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from '../middleware/refusal.ts';
import { form } from '../middleware/storable.ts';
import { chosenPage, newPasswordPage } from '../pages/new-password.ts';
import { refusalOf } from './password-refusal.ts';

const choice = Joi.object<{ token: string; password: string }>({
  token: Joi.string().max(128).required(),
  password: Joi.string().max(1024).required(),
}).required();

/** Sets a new password with a link that works once, for admins and resellers, without a log-in. */
export const passwordResetRoutes = ({ store, config }: Deps): Router =>
  Router()
    .get('/password-reset', (request, response) => {
      const { token } = request.query;
      // The address contains the token: requests from the page send the origin only, which the form's check needs.
      response.set('referrer-policy', 'strict-origin');
      response.type('html').send(newPasswordPage({ config }, { token: typeof token === 'string' ? token : '' }));
    })
    .post('/password-reset', form, async (request, response) => {
      const { value, error } = choice.validate(request.body);
      if (error) throw new Refusal(400, 'Enter a new password.');
      const answer = await resetPassword(store, { ...value, source: sourceAddress(request.ip) });
      const refusal = refusalOf(answer);
      if (!refusal) return void response.type('html').send(chosenPage({ config }));
      const page = newPasswordPage({ config }, { token: value.token, problem: refusal.message });
      response.status(refusal.status).type('html').send(page);
    });
