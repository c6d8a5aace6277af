import Joi from 'joi';
import { currencies, type Money, parseMoney } from '../../domain/money.ts';

export const currency = Joi.string().valid(...currencies);
/** Amounts are decimal text, such as `"10.99"`; they never pass through a float. */
export const decimal = Joi.string().pattern(/^\d{1,12}(\.\d{1,8})?$/);

const atLeast =
  (leastMinor: bigint): Joi.CustomValidator =>
  ({ amount, currency: of }, { error }) => {
    try {
      const money = parseMoney(amount, of);
      return money.amountMinor >= leastMinor ? money : error('any.invalid');
    } catch {
      return error('any.invalid');
    }
  };

const wirePrice: Joi.SchemaMap = { amount: decimal.required(), currency: currency.required() };

/** `{amount: "10.99", currency: "USD"}`, greater than zero. */
export const price = Joi.object<Money>(wirePrice).custom(atLeast(1n));
export const priceOrNothing = Joi.object<Money>(wirePrice).custom(atLeast(0n));
