import { createHmac, timingSafeEqual } from 'node:crypto';
import Joi from 'joi';
import type { Address } from '../../domain/address.ts';
import { type Currency, currencies, type Money, parseMoney } from '../../domain/money.ts';
import { readNotification, WebhookRejected } from '../webhook/webhook-rejected.ts';
import { decimalText } from '../wire/fields.ts';

type SignedOrder = {
  /** `X-Signature`: HMAC-SHA256 of the body, in hex. */
  header: string | undefined;
  /** The bytes as they came. */
  rawBody: Buffer;
  /** The connection's own. */
  secret: string;
};

/** @throws WebhookRejected unless these bytes were signed with the connection's secret */
export function verifyInlineSignature({ header = '', rawBody, secret }: SignedOrder): void {
  const expected = createHmac('sha256', secret).update(rawBody).digest();
  const genuine = /^[0-9a-f]{64}$/i.test(header) && timingSafeEqual(Buffer.from(header, 'hex'), expected);
  if (!genuine) throw new WebhookRejected('INLINE_SIGNATURE_MISMATCH', 'the signature does not belong to this body');
}

type Claims = Readonly<Record<string, unknown>>;

/** An order as its sender describes it. A hint: only what the marketplace confirms is believed. */
export type InlineOrder = {
  orderId: string;
  listingId: string;
  amount: string;
  currency: Currency;
  buyer: Claims;
  shippingAddress: Claims;
};

/** More than nothing, and no finer than the currency. */
const isPrice = ({ amount, currency }: InlineOrder): boolean => {
  try {
    return parseMoney(amount, currency).amountMinor > 0n;
  } catch {
    return false;
  }
};

export const inlineOrder = Joi.object<InlineOrder>({
  orderId: Joi.string()
    .pattern(/^[0-9A-Za-z-]{1,40}$/)
    .required(),
  listingId: Joi.string()
    .pattern(/^[0-9A-Za-z-]{1,64}$/)
    .required(),
  amount: decimalText.required(),
  currency: Joi.string()
    .valid(...currencies)
    .required(),
  buyer: Joi.object().unknown().required(),
  shippingAddress: Joi.object().unknown().required(),
}).custom((order: InlineOrder, { error }) => (isPrice(order) ? order : error('any.invalid')));

/** @throws WebhookRejected */
export const parseInlineOrder = (rawBody: Buffer): InlineOrder => readNotification('INLINE', inlineOrder, rawBody);

export const claimedPrice = ({ amount, currency }: InlineOrder): Money => parseMoney(amount, currency);

const text = Joi.string().trim().max(256);
const address = Joi.object<Address>({
  fullName: text.required(),
  line1: text.required(),
  line2: text,
  city: text.required(),
  region: text.allow('').default(''),
  postalCode: text.allow('').default(''),
  country: Joi.string()
    .pattern(/^[A-Z]{2}$/)
    .required(),
  phone: text,
  email: text,
  taxId: text,
}).required();

/** The address, if the sender gave one to which a parcel can be sent. */
export function claimedAddress({ shippingAddress }: InlineOrder): Address | undefined {
  const { value, error } = address.validate(shippingAddress, { stripUnknown: true });
  return error ? undefined : value;
}
