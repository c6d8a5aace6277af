import { Router } from 'express';
import Joi from 'joi';
import { platformCurrency } from '../../domain/fees.ts';
import type { UserId } from '../../domain/ids.ts';
import { type Currency, type Money, parseDecimal } from '../../domain/money.ts';
import { setAvailable } from '../../store/funding.ts';
import { addRate } from '../../store/fx.ts';
import { setCommissionPercent } from '../../store/settings.ts';
import { findUser } from '../../store/users.ts';
import type { Deps } from '../deps.ts';
import { notFound, Problem, valid } from '../middleware/problem.ts';
import { adminOf } from '../middleware/session.ts';
import { currency, decimal, id, instant, price } from '../schemas.ts';
import { moneyView } from '../views.ts';

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

const percent = Joi.object<{ percent: string }>({
  percent: Joi.string()
    .pattern(/^(100(\.0{1,4})?|\d{1,2}(\.\d{1,4})?)$/)
    .required(),
});

const limit = Joi.object<{ userId: UserId; limit: Money }>({ userId: id.required(), limit: price.required() });

/** What only an admin decides: rates, the commission, and how much may be drawn from accounts nobody can read. */
export const adminRoutes = ({ store, now }: Deps): Router =>
  Router()
    .use((_request, response, next) => {
      adminOf(response);
      next();
    })
    .post('/fx-rates', async (request, response) => {
      const { asOf = now(), ...rate } = valid(newRate, request.body);
      await store.transaction(em => addRate(em, { ...rate, asOf }));
      response.status(201).json({ ...rate, asOf });
    })
    .put('/commission', async (request, response) => {
      const { percent: text } = valid(percent, request.body);
      await store.transaction(em => setCommissionPercent(em, text));
      response.json({ percent: text });
    })
    .put('/funding-limits', async (request, response) => {
      const { userId, limit: amount } = valid(limit, request.body);
      if (amount.currency !== platformCurrency)
        throw new Problem(400, 'INVALID_INPUT', `limits are in ${platformCurrency}`);
      await store.transaction(async em => {
        if (!(await findUser(em, userId))) throw notFound('user');
        await setAvailable(em, userId, amount, now());
      });
      response.json({ userId, limit: moneyView(amount) });
    });
