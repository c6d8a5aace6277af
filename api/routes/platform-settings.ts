import { Router } from 'express';
import Joi from 'joi';
import { platformCurrency } from '../../domain/fees.ts';
import type { UserId } from '../../domain/ids.ts';
import type { Money } from '../../domain/money.ts';
import { setCommissionPercent } from '../../store/accounts/settings.ts';
import { isLimitCurrency, setFundingLimit } from '../../transactions/set-funding-limit.ts';
import type { Deps } from '../deps.ts';
import { Problem, valid } from '../middleware/problem.ts';
import { moneyView } from '../views/views.ts';
import { refused } from './decision-refused.ts';
import { id, price } from './schemas.ts';

const percent = Joi.object<{ percent: string }>({
  percent: Joi.string()
    .pattern(/^(100(\.0{1,4})?|\d{1,2}(\.\d{1,4})?)$/)
    .required(),
});

const limit = Joi.object<{ userId: UserId; limit: Money }>({ userId: id.required(), limit: price.required() });

/** What only an admin decides: rates, the commission, and how much may be drawn from accounts nobody can read. */
export const adminRoutes = ({ store }: Deps): Router =>
  Router()
    .put('/commission', async (request, response) => {
      const { percent: text } = valid(percent, request.body);
      await store.transaction(em => setCommissionPercent(em, text));
      response.json({ percent: text });
    })
    .put('/funding-limits', async (request, response) => {
      const { userId, limit: amount } = valid(limit, request.body);
      if (!isLimitCurrency(amount)) throw new Problem(400, 'INVALID_INPUT', `limits are in ${platformCurrency}`);
      await store.transaction(em => setFundingLimit(em, userId, amount)).catch(refused);
      response.json({ userId, limit: moneyView(amount) });
    });
