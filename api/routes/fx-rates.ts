import { Router } from 'express';
import Joi from 'joi';
import { type Currency, parseDecimal } from '../../domain/money.ts';
import type { FxRate } from '../../store/entities/money.ts';
import { confirmRate, currentRates, takeRate } from '../../store/money/fx.ts';
import type { Deps } from '../deps.ts';
import { notFound, valid } from '../middleware/problem.ts';
import { adminOf } from '../middleware/session.ts';
import { currency, decimal, instant } from './schemas.ts';

type NewRate = { base: Currency; quote: Currency; rate: string; source: string; asOf?: Date };
const newRate = Joi.object<NewRate>({
  base: currency.required(),
  quote: currency.required(),
  rate: decimal
    .required()
    .custom((text: string, { error }) => (parseDecimal(text).units > 0n ? text : error('any.invalid'))),
  source: Joi.string().max(64).default('by hand'),
  asOf: instant.max('now'),
}).custom((pair: NewRate, { error }) => (pair.base === pair.quote ? error('any.invalid') : pair));

/** A serial number that fits its column. */
const rateId = Joi.string().pattern(/^[1-9]\d{0,17}$/);

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
