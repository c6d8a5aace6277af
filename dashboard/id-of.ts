import type { Request } from 'express';
import Joi from 'joi';
import { Refusal } from './refusal.ts';

const uuid = Joi.string().uuid().required();

/** The id in the address. @throws Refusal 404: what is no id names nothing */
export function idOf(
  request: Request,
  what: 'order' | 'payout' | 'account' | 'event' | 'contradiction' | 'session',
): string {
  const { value, error } = uuid.validate(request.params.id);
  if (error) throw new Refusal(404, `There is no such ${what}.`);
  return value;
}
