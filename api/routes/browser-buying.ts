import { Router } from 'express';
import Joi from 'joi';
import type { UserId } from '../../domain/ids.ts';
import { allowBrowserBuying } from '../../store/accounts/settings.ts';
import { changeBrowserBuying, findUser } from '../../store/accounts/users.ts';
import type { Deps } from '../deps.ts';
import { notFound, valid } from '../middleware/problem.ts';
import { id } from './schemas.ts';

type Switch = 'on' | 'off';
const onOrOff = Joi.string<Switch>().valid('on', 'off').required();

const forAll = Joi.object<{ browserBuying: Switch }>({ browserBuying: onOrOff });

const forReseller = Joi.object<{ browserBuying: Switch; platformBuyer: Switch }>({
  /** The kill switch of one reseller. */
  browserBuying: onOrOff,
  /** Lets them buy with the platform's own account, which then pays. */
  platformBuyer: onOrOff,
});

/** Who may have goods bought in a browser; for admins. Orders that wait look again by themselves. */
export const browserBuyingRoutes = ({ store }: Deps): Router =>
  Router()
    .put('/browser-buying', async (request, response) => {
      const wanted = valid(forAll, request.body);
      await store.transaction(em => allowBrowserBuying(em, wanted.browserBuying === 'on'));
      response.json(wanted);
    })
    .put('/browser-buying/:userId', async (request, response) => {
      const userId = valid(id, request.params.userId) as UserId;
      const wanted = valid(forReseller, request.body);
      await store.transaction(async em => {
        if (!(await findUser(em, userId))) throw notFound('user');
        const [browserBuying, platformBuyer] = [wanted.browserBuying === 'on', wanted.platformBuyer === 'on'];
        await changeBrowserBuying(em, userId, { browserBuying, platformBuyer });
      });
      response.json({ userId, ...wanted });
    });
