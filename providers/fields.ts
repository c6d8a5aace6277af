import Joi from 'joi';
import { type Money, parseMoney } from '../domain/money.ts';

/** Strict, because `Joi.number()` would take the text `1e3` for a number. */
const integer = Joi.number().integer().strict();
const decimal = Joi.string().pattern(/^-?\d+(\.\d+)?$/);

/** An id as text: providers send it as a string or as a bare number, sometimes both for the same field. */
export const idText = Joi.alternatives(Joi.string(), integer).custom(String);

/** An amount as the text that was sent (`parseExactly` keeps `10.10`; a bare `10` is written back). */
export const decimalText = Joi.alternatives(decimal, integer).custom(String);

/** `{ value, currency_code }` under the names this provider uses, read into Money. */
export const moneyField = (amountKey: string, currencyKey: string) =>
  Joi.object<Money>({ [amountKey]: decimalText.required(), [currencyKey]: Joi.string().required() })
    .unknown()
    .custom(wire => parseMoney(wire[amountKey], wire[currencyKey]));

/** An object that may carry more than we read. */
export const open = <T>(fields: Joi.PartialSchemaMap<T>) => Joi.object<T>(fields).unknown();

/**
 * Reads what fits `schema` into a thing of ours. What the reading throws (a currency we do not know) is an answer
 * that does not fit, not a bug.
 */
export const readAs = <Wire, T>(schema: Joi.ObjectSchema<Wire>, toOurs: (wire: Wire) => T): Joi.Schema<T> =>
  schema.custom(toOurs) as unknown as Joi.Schema<T>;
