import Joi from 'joi';

export { rowId as id } from '../../runtime/row-id.ts';
export { address } from '../../transactions/address-input.ts';
export { currency, decimal, price, priceOrNothing } from '../../transactions/decisions/money-input.ts';

/** Shapes that several routes read. */
/** A moment that a timestamp column and a `Date` both hold. */
export const instant = Joi.date().iso().min('2000-01-01T00:00:00Z').max('2200-01-01T00:00:00Z');

export type Page = { limit: number; offset: number };
export const page = Joi.object<Page>({
  limit: Joi.number().integer().min(1).max(100).default(50),
  offset: Joi.number().integer().min(0).max(1_000_000).default(0),
});
