import { Router } from 'express';
import Joi from 'joi';
import type { EventId } from '../../domain/ids.ts';
import { jobForEvent } from '../../queues/next-job.ts';
import { findEvent } from '../../store/events/inbound-events.ts';
import { dismissEvent, reopenEvent, untakenEvents } from '../../store/events/untaken-events.ts';
import type { Deps } from '../deps.ts';
import { audited } from '../middleware/audit.ts';
import { Refusal } from '../middleware/refusal.ts';
import { operatorOf } from '../middleware/session.ts';
import { eventsPage } from '../pages/events.ts';
import { pageNumber, pageOf } from '../pages/paging.ts';
import { idOf } from './id-of.ts';

const query = Joi.object<{ page: number }>({ page: pageNumber });

/** Events without a result; each may be a sale. */
export const eventRoutes = (deps: Deps): Router =>
  Router()
    .get('/events', async (request, response) => {
      const { value, error } = query.validate(request.query);
      if (error) throw new Refusal(400, error.message);
      const events = await pageOf(value.page, wanted => deps.store.read(em => untakenEvents(em, wanted)));
      response.type('html').send(eventsPage({ deps, operator: operatorOf(response) }, events, deps.now()));
    })
    .get('/events/:id/body', async (request, response) => {
      const event = await deps.store.read(em => findEvent(em, idOf(request, 'event') as EventId));
      if (!event) throw new Refusal(404, 'There is no such event.');
      // As plain text, so that nothing in it runs.
      response.type('text/plain').send(Buffer.from(event.body).toString('utf8') || 'Forgotten: it is too old.');
    })
    .post('/events/:id/again', async (request, response) => {
      const event = idOf(request, 'event');
      const { email: operator } = operatorOf(response);
      await audited(deps, { operator, action: 'take event again', target: { event } }, () =>
        deps.transact(async (em, enqueue) => {
          const reopened = await reopenEvent(em, event as EventId);
          if (!reopened) throw new Refusal(409, 'The event has not failed, or it has nothing to read.');
          enqueue(jobForEvent(reopened));
        }),
      );
      response.redirect(303, '/events');
    })
    .post('/events/:id/dismiss', async (request, response) => {
      const event = idOf(request, 'event');
      const { email: operator } = operatorOf(response);
      await audited(deps, { operator, action: 'dismiss event', target: { event } }, () =>
        deps.store.transaction(async em => {
          if (!(await dismissEvent(em, event as EventId, operator)))
            throw new Refusal(409, 'Only a failed event can be dismissed.');
        }),
      );
      response.redirect(303, '/events');
    });
