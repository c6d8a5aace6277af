import Joi from 'joi';
import { type Currency, parseDecimal } from '../domain/money.ts';
import { currency, decimal } from './decisions/money-input.ts';

/** One unit of `base` is `rate` units of `quote`. */
export type EnteredRate = { base: Currency; quote: Currency; rate: string };

/** The number of a stored rate: a serial number that fits its column. */
export const rateId = Joi.string().pattern(/^[1-9]\d{0,17}$/);

/** An exchange rate that an admin enters: two currencies and a rate above zero. */
export const enteredRate = Joi.object<EnteredRate>({
  base: currency.required(),
  quote: currency.required(),
  rate: decimal
    .required()
    .custom((text: string, { error }) => (parseDecimal(text).units > 0n ? text : error('any.invalid'))),
}).custom((pair: EnteredRate, { error }) => (pair.base === pair.quote ? error('any.invalid') : pair));
