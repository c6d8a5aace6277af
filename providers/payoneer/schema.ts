import Joi from 'joi';
import { decimalText, harmless, idText, maybe, open, unsignedText } from '../wire/fields.ts';

/** What Payoneer sends, as far as we read it. Amounts are JSON numbers in major units beside a `currency`. */
const text = Joi.string();

export type WireToken = { access_token: string; expires_in?: number };
/** A token without an expiry counts as short-lived. */
export const token = open<WireToken>({
  access_token: text.required(),
  expires_in: harmless(Joi.number().integer().min(1)),
});

/** Any other word than this one proves nothing about the payout. */
export const created = open<{ result: string }>({ result: text.valid('Payments Created').insensitive().required() });

export type WirePayout = {
  status: string;
  payout_id?: string;
  /** Not read into Money here: a status has to be readable in a currency that we do not hold. */
  amount?: string;
  currency?: string;
  reason_code?: string;
  reason_description?: string;
  cancel_reason_code?: string;
  cancel_reason_description?: string;
};
export const payoutStatus = open<{ result: WirePayout }>({
  result: open<WirePayout>({
    status: text.required(),
    // Compared with what was due.
    amount: maybe(unsignedText),
    currency: maybe(text),
    // Shown to people only; our own reference names the payout as well.
    payout_id: harmless(idText),
    reason_code: harmless(idText),
    reason_description: harmless(text),
    cancel_reason_code: harmless(idText),
    cancel_reason_description: harmless(text),
  }).required(),
});

/** The acknowledgement of a cancellation, whose content is not read. */
export const cancelling = open<{ result: object }>({ result: Joi.object().required() });

export type WireBalance = { balance: string; currency: string };
export const balance = open<{ result: WireBalance }>({
  result: open<WireBalance>({ balance: decimalText.required(), currency: text.required() }).required(),
});
