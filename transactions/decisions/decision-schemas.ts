/**
 * The decisions that a person may take about an order or a payout, each with its fields. The api and the dashboard
 * share these schemas.
 */
import Joi from 'joi';
import type { Money } from '../../domain/money.ts';
import { price, priceOrNothing } from './money-input.ts';

/** AliExpress order numbers. */
type Numbers = readonly string[];

/** A supplier order, and what was paid for it. */
export type PaidOrder = { readonly number: string; readonly cost: Money };

export type OrderDecision =
  | { readonly decision: 'bought'; readonly supplierOrders: Numbers }
  | { readonly decision: 'bought-for'; readonly paid: readonly PaidOrder[] }
  | { readonly decision: 'supplied'; readonly cost: Money }
  | { readonly decision: 'not-coming'; readonly returned: Money; readonly lost: Money }
  | { readonly decision: 'supplier-refunded'; readonly returned: Money; readonly lost: Money }
  | { readonly decision: 'marketplace-refunded'; readonly amount: Money }
  | { readonly decision: 'refunded'; readonly amount: Money; readonly reference: string }
  | { readonly decision: 'go-on' | 'delivered' | 'buy-again' | 'fail' | 'refund-again' };
export type OrderDecisionName = OrderDecision['decision'];

export type PayoutDecision =
  | { readonly decision: 'paid'; readonly reference: string }
  | { readonly decision: 'paid-elsewhere'; readonly reference: string; readonly amount: Money }
  | { readonly decision: 'not-paid' | 'pay-again' };
export type PayoutDecisionName = PayoutDecision['decision'];

/** What the person saw, and where; kept in the order's timeline. */
export const why = Joi.string().trim().min(3).max(500).required();

const number = Joi.string().pattern(/^\d{10,20}$/);
const supplierOrders = Joi.array().items(number).min(1).max(20).unique().required();
const paid = Joi.array()
  .items(Joi.object({ number: number.required(), cost: priceOrNothing.required() }))
  .min(1)
  .max(20)
  .unique('number')
  .required();
/** The payment's number at the provider or the bank that made it. */
const reference = Joi.string()
  .pattern(/^[\w-]{3,64}$/)
  .required();

type Fields = Readonly<Record<string, Joi.Schema>>;

const orderFields: Readonly<Record<OrderDecisionName, Fields>> = {
  bought: { supplierOrders },
  'bought-for': { paid },
  supplied: { cost: priceOrNothing.required() },
  'not-coming': { returned: priceOrNothing.required(), lost: priceOrNothing.required() },
  'supplier-refunded': { returned: priceOrNothing.required(), lost: priceOrNothing.required() },
  'marketplace-refunded': { amount: priceOrNothing.required() },
  refunded: { amount: price.required(), reference },
  'refund-again': {},
  'go-on': {},
  delivered: {},
  'buy-again': {},
  fail: {},
};

const legFields: Readonly<Record<PayoutDecisionName, Fields>> = {
  paid: { reference },
  'not-paid': {},
  'pay-again': {},
  'paid-elsewhere': { reference, amount: price.required() },
};

const oneOf = <Asked>(decisions: Readonly<Record<string, Fields>>) => {
  const decision = Joi.string()
    .valid(...Object.keys(decisions))
    .required();
  return Joi.alternatives().conditional('.decision', {
    switch: Object.entries(decisions).map(([name, fields]) => ({
      is: Joi.valid(name).required(),
      // biome-ignore lint/suspicious/noThenProperty: Joi's word
      then: Joi.object({ decision, ...fields, why }),
    })),
    otherwise: Joi.object({ decision, why }).unknown(),
  }) as unknown as Joi.Schema<Asked & { readonly why: string }>;
};

/** An amount that a person enters, in the platform's currency. */
export const askedAmount = Joi.object<{ readonly amount: Money; readonly why: string }>({
  amount: priceOrNothing.required(),
  why,
});

export const orderDecisionSchema = oneOf<OrderDecision>(orderFields);
export const payoutDecisionSchema = oneOf<PayoutDecision>(legFields);
