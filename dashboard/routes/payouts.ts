import { Router } from 'express';
import Joi from 'joi';
import { legStates } from '../../domain/payout-leg.ts';
import { findPayouts, type PayoutFilter, payoutReasons } from '../../store/operations/payouts.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from '../middleware/refusal.ts';
import { operatorOf } from '../middleware/session.ts';
import { pageNumber, pageOf } from '../pages/paging.ts';
import { payoutsPage } from '../pages/payouts.ts';

/** A form sends untouched fields as empty text. */
const query = Joi.object<PayoutFilter & { page: number }>({
  state: Joi.string()
    .valid('held-up', ...legStates)
    .empty(''),
  reason: Joi.string().max(64).empty(''),
  receiver: Joi.string().trim().max(256).empty(''),
  page: pageNumber,
});

/** All payouts; those that did not arrive can be paid again here. */
export const payoutRoutes = (deps: Deps): Router =>
  Router().get('/payouts', async (request, response) => {
    const { value, error } = query.validate(request.query);
    if (error) throw new Refusal(400, error.message);
    const { page, ...filter } = value;
    const found = await pageOf(page, wanted => deps.store.read(em => findPayouts(em, filter, wanted)));
    const reasons = await deps.store.read(payoutReasons);
    const viewer = { deps, operator: operatorOf(response) };
    response.type('html').send(payoutsPage(viewer, found, { filter, reasons }, deps.now()));
  });
