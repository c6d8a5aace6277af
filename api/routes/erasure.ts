import { Router } from 'express';
import type { OrderId } from '../../domain/ids.ts';
import { auditAnyway } from '../../store/accounts/audit.ts';
import { eraseBuyerByEmail } from '../../store/forgetting/erase-by-email.ts';
import { askedEmail, eraseBuyerOf } from '../../transactions/erase-buyer.ts';
import type { Deps } from '../deps.ts';
import { valid } from '../middleware/problem.ts';
import { adminOf } from '../middleware/session.ts';
import { refused } from './decision-refused.ts';
import { id } from './schemas.ts';

/** A buyer wants to be forgotten. For admins. */
export const erasureRoutes = ({ store }: Deps): Router =>
  Router()
    .post('/orders/:id/erase-buyer', async (request, response) => {
      const { userId } = adminOf(response);
      const orderId = valid(id, request.params.id) as OrderId;
      const erased = await store.transaction(em => eraseBuyerOf(em, orderId, userId)).catch(refused);
      response.json({ id: orderId, erased });
    })
    .post('/erase-buyer', async (request, response) => {
      const { userId } = adminOf(response);
      const { email } = valid(askedEmail, request.body);
      // Also for a buyer we do not know: the audit says that an admin asked, never about whom.
      await store.transaction(auditAnyway);
      const { erased, waiting } = await eraseBuyerByEmail(store, email, userId);
      response.json({ erased, waiting: waiting.map(({ id, code, note, until }) => ({ id, code, why: note, until })) });
    });
