import { Router } from 'express';
import { confirmRate, currentRates, takeRate } from '../../store/money/fx.ts';
import { enteredRate, rateId } from '../../transactions/rate-input.ts';
import type { Deps } from '../deps.ts';
import { audited } from '../middleware/audit.ts';
import { Refusal } from '../middleware/refusal.ts';
import { operatorOf } from '../middleware/session.ts';
import { form } from '../middleware/storable.ts';
import { ratesPage } from '../pages/rates.ts';
import { entered, filled } from './entered.ts';

/** The exchange rates in use; an admin enters a rate, or confirms one that jumped. */
export const rateRoutes = (deps: Deps): Router =>
  Router()
    .get('/rates', async (_request, response) => {
      const rates = await deps.store.read(currentRates);
      response.type('html').send(ratesPage({ deps, operator: operatorOf(response) }, rates, deps.now()));
    })
    .post('/rates', form, async (request, response) => {
      const rate = entered(enteredRate, filled(request.body));
      const { email: operator } = operatorOf(response);
      await audited(
        deps,
        { operator, action: `enter a rate: 1 ${rate.base} is ${rate.rate} ${rate.quote}`, target: {} },
        () => deps.store.transaction(em => takeRate(em, { ...rate, source: 'by hand', asOf: deps.now() })),
        ({ held }) => (held ? 'waits to be confirmed' : 'used from now on'),
      );
      response.redirect(303, '/rates');
    })
    .post('/rates/:id/confirm', async (request, response) => {
      const id = String(request.params.id);
      const { userId, email: operator } = operatorOf(response);
      await audited(deps, { operator, action: 'confirm a rate', target: { rate: id } }, async () => {
        const isId = rateId.validate(id).error === undefined;
        const confirmed = isId && (await deps.store.transaction(em => confirmRate(em, id, userId)));
        if (!confirmed) throw new Refusal(404, 'No such rate waits for a confirmation.');
      });
      response.redirect(303, '/rates');
    });
