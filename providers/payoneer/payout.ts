import { invariant } from '../../domain/call-outcome.ts';
import { isCurrency, type Money, parseMoney } from '../../domain/money.ts';
import { wireDecimal } from '../../domain/wire-amount.ts';
import { parseExactly } from '../wire/exact-json.ts';
import type { WirePayout } from './schema.ts';

/** `JSON.rawJSON` (Node ≥ 22) writes a text as it is: TypeScript's library does not know it yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** Both spellings of the list's key are in the field; the capital one is the newer. */
export type PaymentsKey = 'Payments' | 'payments';

export type NewPayout = {
  /** `client_reference_id`, by which the payout is looked up. Payoneer is not known to deduplicate it. */
  reference: string;
  payeeId: string;
  amount: Money;
  description: string;
};

/** The frozen request of one payout. The amount is a JSON number of exact digits: `10.10` never is a float. */
export function payoutBody({ reference, payeeId, amount, description }: NewPayout, key: PaymentsKey): string {
  const filled = reference !== '' && payeeId !== '' && description !== '';
  invariant(filled, 'a payout has a reference, a payee and a description');
  invariant(amount.amountMinor > 0n, 'a payout is of more than nothing');
  return JSON.stringify({
    [key]: [
      {
        client_reference_id: reference,
        payee_id: payeeId,
        amount: rawJSON(wireDecimal('payoneer', amount)),
        currency: amount.currency,
        description,
      },
    ],
  });
}

/** The amount of a frozen request of ours. */
export function payoutAsked(frozenBody: string): Money {
  type Payments = Partial<Record<PaymentsKey, { amount: number | string; currency: string }[]>>;
  const { Payments: newer, payments: older } = parseExactly(frozenBody) as Payments;
  const payment = (newer ?? older)?.[0];
  invariant(payment, 'a payout has a payment');
  return parseMoney(String(payment.amount), payment.currency);
}

/**
 * `Transferred` is paid; `Cancelled` and `Failed` owe the money again. The full list is not published: every other
 * status is not final.
 */
export type PayoneerPayout = {
  status: string;
  /** Absent when Payoneer does not say it, or says it in a currency that we do not hold. */
  amount?: Money;
  currency?: string;
  /** Why it failed or was cancelled, with Payoneer's number for it: `Bank branch code (30013)`. */
  reason?: string;
  payoutId?: string;
};

export function toPayout(wire: WirePayout): PayoneerPayout {
  const { status, payout_id: payoutId, amount, currency } = wire;
  const reason =
    reasonOf(wire.reason_code, wire.reason_description) ??
    reasonOf(wire.cancel_reason_code, wire.cancel_reason_description);
  return {
    status,
    ...(amount && currency && isCurrency(currency) ? { amount: parseMoney(amount, currency) } : {}),
    ...(currency ? { currency } : {}),
    ...(reason ? { reason } : {}),
    ...(payoutId ? { payoutId } : {}),
  };
}

function reasonOf(code: string | undefined, description: string | undefined): string | undefined {
  if (code && description) return `${description} (${code})`;
  return description || code || undefined;
}
