import Joi from 'joi';
import type { Address } from '../../domain/address.ts';

export { rowId as id } from '../../runtime/row-id.ts';
export { currency, decimal, price, priceOrNothing } from '../../transactions/decisions/money-input.ts';

/** Shapes that several routes read. */
/** A moment that a timestamp column and a `Date` both hold. */
export const instant = Joi.date().iso().min('2000-01-01T00:00:00Z').max('2200-01-01T00:00:00Z');

export const address = Joi.object<Address>({
  fullName: Joi.string().trim().min(2).max(128).required(),
  company: Joi.string().trim().max(128),
  labelReference: Joi.string().trim().max(64),
  line1: Joi.string().trim().min(1).max(256).required(),
  line2: Joi.string().trim().max(256),
  city: Joi.string().trim().min(1).max(128).required(),
  // Some countries have no regions, and some no postal codes.
  region: Joi.string().trim().max(128).allow('').default(''),
  postalCode: Joi.string().trim().max(16).allow('').default(''),
  country: Joi.string()
    .pattern(/^[A-Z]{2}$/)
    .required(),
  phone: Joi.string()
    .trim()
    .pattern(/^[+\d][\d\s()-]{4,30}$/),
  email: Joi.string().email({ tlds: false }),
  taxId: Joi.string().trim().max(32),
});

export type Page = { limit: number; offset: number };
export const page = Joi.object<Page>({
  limit: Joi.number().integer().min(1).max(100).default(50),
  offset: Joi.number().integer().min(0).max(1_000_000).default(0),
});
