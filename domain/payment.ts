/**
 * The buyer's money, one row per capture.
 *
 *   PENDING ──► COMPLETED ◄──► PARTIALLY_REFUNDED ◄──► REFUNDED, REVERSED
 *      │            ▲                ▲
 *      ▼            └── DISPUTED ────┘
 *   DECLINED
 *
 * PENDING is not paid. What is left of a payment is a sum: what was captured, less what was refunded or reversed, plus
 * what was returned of that. Once money has come, the status follows from the sum and is for people; nothing is decided
 * by it.
 */
import { hourMs } from './durations.ts';
import { type Money, money, subtract } from './money.ts';
import type { StateTable } from './state-table.ts';

/** An order at our checkout that its buyer has not approved within this time is given up. */
export const approvedWithinMs = 24 * hourMs;

export const paymentStates = [
  'PENDING',
  'COMPLETED',
  'DECLINED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
  'REVERSED',
  'DISPUTED',
] as const;
export type PaymentState = (typeof paymentStates)[number];

export const paymentMoves: StateTable<PaymentState> = {
  PENDING: ['COMPLETED', 'DECLINED', 'REVERSED'],
  COMPLETED: ['PARTIALLY_REFUNDED', 'REFUNDED', 'REVERSED', 'DISPUTED'],
  DECLINED: [],
  PARTIALLY_REFUNDED: ['COMPLETED', 'REFUNDED', 'REVERSED', 'DISPUTED'],
  REFUNDED: ['COMPLETED', 'PARTIALLY_REFUNDED', 'REVERSED', 'DISPUTED'],
  REVERSED: ['COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'DISPUTED'],
  DISPUTED: ['COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'REVERSED'],
};

/** What has become of a payment, all in its currency and none negative; returns are taken off `refunded` and `reversed`. */
export type PaymentSums = { readonly captured: Money; readonly refunded: Money; readonly reversed: Money };

/** What is left of a payment; never negative. */
export function leftOf({ captured, refunded, reversed }: PaymentSums): Money {
  const left = subtract(subtract(captured, refunded), reversed);
  return left.amountMinor < 0n ? money(0n, left.currency) : left;
}

export const broughtNothing = ['PENDING', 'DECLINED'] as const satisfies readonly PaymentState[];

/** Money came once, whatever has become of it since. */
export const broughtMoney = (state: PaymentState): boolean => !broughtNothing.some(nothing => nothing === state);

/**
 * The provider's status says that money was refunded or reversed, and the sums do not show it: how much is left is
 * unknown until the provider reports the refund or the reversal itself.
 */
export function isUnquantified(word: PaymentState, sums: PaymentSums): boolean {
  const { refunded, reversed } = sums;
  switch (word) {
    case 'REVERSED':
      return reversed.amountMinor === 0n && leftOf(sums).amountMinor > 0n;
    case 'REFUNDED':
      return leftOf(sums).amountMinor > 0n;
    case 'PARTIALLY_REFUNDED':
      return refunded.amountMinor === 0n && reversed.amountMinor === 0n;
    case 'PENDING':
    case 'DECLINED':
    case 'COMPLETED':
    case 'DISPUTED':
      return false;
  }
}

/** Some of its money is here, and it is known how much. @param word how it stands, in the provider's word or ours */
export const isHeld = (word: PaymentState, sums: PaymentSums): boolean =>
  !isUnquantified(word, sums) && leftOf(sums).amountMinor > 0n;

/** The status that follows from the sums. @param word the provider's, or how the payment stood before */
export function statusBySums(word: PaymentState, sums: PaymentSums, disputed: boolean): PaymentState {
  if (!broughtMoney(word) || isUnquantified(word, sums)) return word;
  const { captured, reversed } = sums;
  const left = leftOf(sums).amountMinor;
  if (left === 0n) return reversed.amountMinor > 0n ? 'REVERSED' : 'REFUNDED';
  if (disputed) return 'DISPUTED';
  return left < captured.amountMinor ? 'PARTIALLY_REFUNDED' : 'COMPLETED';
}
