import Joi from 'joi';
import type { Address } from '../domain/address.ts';

/** An address as a buyer, a reseller or an operator enters it. */
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
