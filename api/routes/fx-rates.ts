import { Router } from 'express';
import Joi from 'joi';
import type { FxRate } from '../../store/entities/money.ts';
import { confirmRate, currentRates, takeRate } from '../../store/money/fx.ts';
import { type EnteredRate, enteredRate, rateId } from '../../transactions/rate-input.ts';
import type { Deps } from '../deps.ts';
import { notFound, valid } from '../middleware/problem.ts';
import { adminOf } from '../middleware/session.ts';
import { instant } from './schemas.ts';

type NewRate = EnteredRate & { source: string; asOf?: Date };
const newRate = enteredRate.concat(
  Joi.object({ source: Joi.string().max(64).default('by hand'), asOf: instant.max('now') }),
) as Joi.ObjectSchema<NewRate>;

const rateView = ({ id, base, quote, rate, source, asOf, held }: FxRate) => ({
  id: String(id),
  base,
  quote,
  rate,
  source,
  asOf,
  held,
});

/** Exchange rates, for admins: the ones in use, rates entered by hand, and the release of a rate that jumped. */
export const fxRateRoutes = ({ store, now }: Deps): Router =>
  Router()
    .get('/fx-rates', async (_request, response) => {
      const { used, held } = await store.read(currentRates);
      response.json({ used: used.map(rateView), held: held.map(rateView) });
    })
    .post('/fx-rates', async (request, response) => {
      const { asOf = now(), ...rate } = valid(newRate, request.body);
      const taken = await store.transaction(em => takeRate(em, { ...rate, asOf }));
      response.status(201).json({ ...rate, asOf, ...taken });
    })
    .post('/fx-rates/:id/confirm', async (request, response) => {
      const { userId } = adminOf(response);
      const confirmed = await store.transaction(em => confirmRate(em, valid(rateId, request.params.id), userId));
      if (!confirmed) throw notFound('held rate');
      response.json(rateView(confirmed));
    });
