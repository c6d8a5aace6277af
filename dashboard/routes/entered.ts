import type Joi from 'joi';
import { Refusal } from '../middleware/refusal.ts';

export type Fields = Readonly<Record<string, string>>;

/** An empty field counts as absent. */
export const filled = (fields: Fields = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([, text]) => text.trim() !== ''));

const ofCurrency = /Currency$/;

/** A form sends an amount as two fields, `cost` and `costCurrency`: gives one, `cost`, of both. */
export function withAmounts(fields: Fields): Record<string, unknown> {
  const isCurrency = ([name]: [string, string]): boolean => ofCurrency.test(name);
  const entries = Object.entries(fields);
  const amounts = entries.filter(isCurrency).map(([name, currency]) => {
    const field = name.replace(ofCurrency, '');
    return [field, { amount: fields[field], currency }] as const;
  });
  return Object.fromEntries([...entries.filter(entry => !isCurrency(entry)), ...amounts]);
}

/** @throws Refusal 400 */
export function entered<Asked>(schema: Joi.Schema<Asked>, fields: object): Asked {
  const { value, error } = schema.validate(fields);
  if (error) throw new Refusal(400, `${error.message}. Go back and correct it.`);
  return value;
}
