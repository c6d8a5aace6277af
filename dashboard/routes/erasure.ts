import { Router } from 'express';
import type { OrderId } from '../../domain/ids.ts';
import { eraseBuyerByEmail } from '../../store/forgetting/erase-by-email.ts';
import { askedEmail, eraseBuyerOf } from '../../transactions/erase-buyer.ts';
import type { Deps } from '../deps.ts';
import { audited } from '../middleware/audit.ts';
import { Refusal } from '../middleware/refusal.ts';
import { operatorOf } from '../middleware/session.ts';
import { form } from '../middleware/storable.ts';
import { buyersPage } from '../pages/buyers.ts';
import { refused } from './decision-refused.ts';
import { idOf } from './id-of.ts';

/** Erases buyers on request, by order and by e-mail address. The audit names orders, never an address. */
export const erasureRoutes = (deps: Deps): Router =>
  Router()
    .post('/orders/:id/erase-buyer', async (request, response) => {
      const order = idOf(request, 'order') as OrderId;
      const { userId, email: operator } = operatorOf(response);
      await audited(deps, { operator, action: 'erase a buyer', target: { order } }, () =>
        deps.store.transaction(em => eraseBuyerOf(em, order, userId)).catch(refused),
      );
      response.redirect(303, `/orders/${order}`);
    })
    .get('/buyers', (_request, response) => {
      response.type('html').send(buyersPage({ deps, operator: operatorOf(response) }));
    })
    .post('/buyers/erase', form, async (request, response) => {
      const { value, error } = askedEmail.validate(request.body ?? {});
      if (error) throw new Refusal(400, `${error.message}. Go back and correct it.`);
      const operator = operatorOf(response);
      const result = await audited(
        deps,
        { operator: operator.email, action: 'erase a buyer by e-mail', target: {} },
        () => eraseBuyerByEmail(deps.store, value.email, operator.userId),
        ({ erased, waiting }) =>
          `erased: ${erased.join(' ') || 'none'}; waiting: ${waiting.map(({ id }) => id).join(' ') || 'none'}`,
      );
      response.type('html').send(buyersPage({ deps, operator }, result));
    });
