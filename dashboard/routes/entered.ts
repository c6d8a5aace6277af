import type Joi from 'joi';
import { Refusal } from '../middleware/refusal.ts';

export type Fields = Readonly<Record<string, string>>;

/** An empty field counts as absent. */
export const filled = (fields: Fields = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([, text]) => text.trim() !== ''));

/** @throws Refusal 400 */
export function entered<Asked>(schema: Joi.Schema<Asked>, fields: object): Asked {
  const { value, error } = schema.validate(fields);
  if (error) throw new Refusal(400, `${error.message}. Go back and correct it.`);
  return value;
}
