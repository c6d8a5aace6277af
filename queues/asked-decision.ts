import Joi from 'joi';
import type { OrderDecision } from './decide.ts';
import type { LegDecision } from './decide-leg.ts';

/** What was seen, and where: it stays in the order's timeline. */
export const why = Joi.string().trim().min(3).max(500).required();

export const askedOrder = Joi.object<OrderDecision & { readonly why: string }>({
  decision: Joi.string().valid('bought', 'buy-again', 'fail', 'go-on').required(),
  /** AliExpress' own numbers; with `bought` alone. */
  supplierOrders: Joi.when('decision', {
    is: 'bought',
    // biome-ignore lint/suspicious/noThenProperty: Joi's word
    then: Joi.array()
      .items(Joi.string().pattern(/^\d{10,20}$/))
      .min(1)
      .max(20)
      .unique()
      .required(),
    otherwise: Joi.forbidden(),
  }),
  why,
});

export const askedLeg = Joi.object<LegDecision & { readonly why: string }>({
  decision: Joi.string().valid('paid', 'not-paid').required(),
  /** The provider's name for the payout; with `paid` alone. */
  reference: Joi.when('decision', {
    is: 'paid',
    // biome-ignore lint/suspicious/noThenProperty: Joi's word
    then: Joi.string()
      .pattern(/^[\w-]{3,64}$/)
      .required(),
    otherwise: Joi.forbidden(),
  }),
  why,
});

/** In the platform's currency, by hand. */
export const askedAmount = Joi.object<{ readonly amount: string; readonly why: string }>({
  amount: Joi.string()
    .pattern(/^\d{1,9}(\.\d{1,2})?$/)
    .required(),
  why,
});
