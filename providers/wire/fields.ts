import { createHash } from 'node:crypto';
import Joi from 'joi';
import { type Money, parseFee, parseMoney } from '../../domain/money.ts';

/** Strict, because `Joi.number()` would take the text `1e3` for a number. */
const integer = Joi.number().integer().strict();
const decimal = Joi.string().pattern(/^-?\d+(\.\d+)?$/);

/** An id as text: providers send it as a string or as a bare number, sometimes both for the same field. */
export const idText = Joi.alternatives(Joi.string(), integer).custom(String);

/** An amount as the text that was sent (`parseExactly` keeps `10.10`; a bare `10` is written back). */
export const decimalText = Joi.alternatives(decimal, integer).custom(String);

/** How many: a bare number, or its digits as text. */
export const count = Joi.alternatives(integer, Joi.string().pattern(/^\d{1,9}$/)).custom((wire: unknown) =>
  Number(wire),
);

/** `{ value, currency_code }` under the names this provider uses, read into Money. */
export const moneyField = (amountKey: string, currencyKey: string) =>
  Joi.object<Money>({ [amountKey]: decimalText.required(), [currencyKey]: Joi.string().required() })
    .unknown()
    .custom(wire => parseMoney(wire[amountKey], wire[currencyKey]));

/** An amount that is paid or refunded is never negative. */
export const neverNegative = (schema: Joi.ObjectSchema<Money>): Joi.ObjectSchema<Money> =>
  schema.custom((amount: Money) => {
    if (amount.amountMinor < 0n) throw new RangeError('a negative amount');
    return amount;
  });

/** An amount as text, without a sign. */
export const unsignedText = decimalText.custom((text: string) => {
  if (text.startsWith('-')) throw new RangeError('a negative amount');
  return text;
});

/** As `moneyField`, for a fee, which may be finer than its currency and is then rounded. */
export const feeField = (amountKey: string, currencyKey: string) =>
  Joi.object<Money>({ [amountKey]: decimalText.required(), [currencyKey]: Joi.string().required() })
    .unknown()
    .custom(wire => parseFee(wire[amountKey], wire[currencyKey]));

/**
 * What becomes of an answer in which a field is not as expected depends on how much hangs on the field:
 *
 *   required   the answer means nothing without it
 *   maybe      absent or null says "there is none"; anything else must be readable, because a decision or a sum hangs on
 *              it. So are all lists that are summed, counted or searched: one element too few is a wrong answer
 *   harmless   nobody decides by it: what cannot be read is as if it were absent
 *   choiceOf   a list to choose from: what cannot be read is not chosen
 */
export const maybe = <T extends Joi.Schema>(schema: T): T =>
  schema.empty(isMadeOfParts(schema) ? null : Joi.valid(null, '')) as T;

/** An empty text in the place of a list or an object does not mean "there is none": it is unreadable. */
const isMadeOfParts = ({ type }: Joi.Schema): boolean => type === 'array' || type === 'object';

export const harmless = <T>(schema: Joi.Schema<T>): Joi.Schema<T> =>
  Joi.any().custom((value: unknown) => {
    const { value: read, error } = schema.validate(value === null ? undefined : value, { errors: { render: false } });
    return error ? undefined : read;
  }) as Joi.Schema<T>;

/** A value that is no list makes the answer unreadable. */
export const choiceOf = <T>(item: Joi.Schema<T>) =>
  Joi.array().custom((offered: unknown[]) =>
    offered.flatMap(one => {
      const { value, error } = item.required().validate(one, { errors: { render: false } });
      return error ? [] : [value];
    }),
  );

/** The schema, for an answer that must be about what was asked for: one about something else is unreadable. */
export const about = <T>(schema: Joi.Schema<T>, isIt: (read: T) => boolean): Joi.Schema<T> =>
  schema.custom((read: T) => {
    if (!isIt(read)) throw new RangeError('it is about something else');
    return read;
  });

/** One element of a page; or its text, where it cannot be read. It counts as on the page all the same. */
export type Listed<T> = { readonly read: T } | { readonly unread: string };

/** A page whose elements are read one by one: one that cannot be read must not hide the others. */
export const eachOf = <T>(item: Joi.Schema<T>) =>
  Joi.array().custom((page: unknown[]): Listed<T>[] =>
    page.map(one => {
      const { value: read, error } = item.required().validate(one, { errors: { render: false } });
      return error ? { unread: JSON.stringify(one) } : { read };
    }),
  );

/** A name for a value that has none of its own: equal values have equal names. */
export const digestOf = (value: unknown): string =>
  createHash('sha256')
    .update(typeof value === 'string' ? value : JSON.stringify(value))
    .digest('hex')
    .slice(0, 32);

/** An object that may carry more than we read. */
export const open = <T>(fields: Joi.PartialSchemaMap<T>) => Joi.object<T>(fields).unknown();

/**
 * Reads a value that fits `schema` into a type of ours. An error that `toOurs` throws (an unknown currency) means that
 * the answer does not fit, not that there is a bug.
 */
export const readAs = <Wire, T>(schema: Joi.ObjectSchema<Wire>, toOurs: (wire: Wire) => T): Joi.Schema<T> =>
  schema.custom(toOurs) as unknown as Joi.Schema<T>;
