import { Router } from 'express';
import Joi from 'joi';
import type { UserId } from '../../domain/ids.ts';
import type { Holder } from '../../domain/order.ts';
import { findUser, setProceedsHolder } from '../../store/accounts/users.ts';
import type { Deps } from '../deps.ts';
import { notFound, valid } from '../middleware/problem.ts';
import { id } from './schemas.ts';

const proceeds = Joi.object<{ heldBy: Holder }>({ heldBy: Joi.string().valid('platform', 'reseller').required() });

/**
 * Who receives what a reseller's marketplaces pay. A reseller may say that they receive it themselves; that it arrives
 * with the platform, which then pays it out, only an admin can confirm. A confirmation that is taken back no longer
 * counts for new orders.
 */
export const proceedsRoutes = ({ store }: Deps): Router =>
  Router().put('/proceeds/:userId', async (request, response) => {
    const userId = valid(id, request.params.userId) as UserId;
    const { heldBy } = valid(proceeds, request.body);
    await store.transaction(async em => {
      if (!(await findUser(em, userId))) throw notFound('user');
      await setProceedsHolder(em, userId, heldBy);
    });
    response.json({ userId, heldBy });
  });
