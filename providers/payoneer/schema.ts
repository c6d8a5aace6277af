import Joi from 'joi';
import { decimalText, idText, open } from '../fields.ts';

/** What Payoneer sends, as far as we read it. Amounts are JSON numbers in major units beside a `currency`. */
const text = Joi.string();
/** Of a field that may also be sent empty. */
const optionalText = text.allow('', null);
const optionalId = idText.allow('', null);

export type WireToken = { access_token: string; expires_in: number };
export const token = open<WireToken>({ access_token: text.required(), expires_in: Joi.number().integer().required() });

/** Any other word than this one proves nothing about the payout. */
export const created = open<{ result: string }>({ result: text.valid('Payments Created').insensitive().required() });

export type WirePayout = {
  status: string;
  payout_id?: string | null;
  /** Not read into Money here: a status has to be readable in a currency that we do not hold. */
  amount?: string | null;
  currency?: string | null;
  reason_code?: string | null;
  reason_description?: string | null;
  cancel_reason_code?: string | null;
  cancel_reason_description?: string | null;
};
export const payoutStatus = open<{ result: WirePayout }>({
  result: open<WirePayout>({
    status: text.required(),
    payout_id: optionalId,
    amount: decimalText.allow(null),
    currency: optionalText,
    reason_code: optionalId,
    reason_description: optionalText,
    cancel_reason_code: optionalId,
    cancel_reason_description: optionalText,
  }).required(),
});

/** Says that the wish was heard, in words of its own. */
export const cancelling = open<{ result: object }>({ result: Joi.object().required() });

export type WireBalance = { balance: string; currency: string };
export const balance = open<{ result: WireBalance }>({
  result: open<WireBalance>({ balance: decimalText.required(), currency: text.required() }).required(),
});

export type WirePayee = { status: { type?: string; description: string } };
export const payeeStatus = open<{ result: WirePayee }>({
  result: open<WirePayee>({
    status: open<WirePayee['status']>({ type: idText, description: text.required() }).required(),
  }).required(),
});
