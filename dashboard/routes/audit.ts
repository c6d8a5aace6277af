import { Router } from 'express';
import Joi from 'joi';
import { auditTrail } from '../../store/accounts/audit.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from '../middleware/refusal.ts';
import { operatorOf } from '../middleware/session.ts';
import { auditPage } from '../pages/audit.ts';
import { pageNumber, pageOf } from '../pages/paging.ts';

const query = Joi.object<{ page: number }>({ page: pageNumber });

export const auditRoutes = (deps: Deps): Router =>
  Router().get('/audit', async (request, response) => {
    const { value, error } = query.validate(request.query);
    if (error) throw new Refusal(400, error.message);
    const found = await pageOf(value.page, page => deps.store.read(em => auditTrail(em, page)));
    response.type('html').send(auditPage({ deps, operator: operatorOf(response) }, found, deps.now()));
  });
