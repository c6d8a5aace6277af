/**
 * Double entry. A posting's amount is positive for a debit (we have more, or somebody owes us more) and negative for a
 * credit. Each transaction sums to zero per currency and is unique per (source, event), so that a poll and a webhook
 * cannot both book the same thing. Balances shown to users are sums over postings, never columns. What each event
 * books is in `postings.ts`.
 */

import { invariant } from './call-outcome.ts';
import type { UserId } from './ids.ts';
import { add, type Currency, type Money, negate } from './money.ts';

export const accounts = [
  /** The platform's money where it lies. */
  'cash:paypal',
  'cash:payoneer',
  'cash:ebay',
  'cash:mercadolibre',
  /** What a person has paid from an account that nobody here can read. */
  'cash:elsewhere',
  /** What buyers paid, all in all, for orders whose sale is not booked yet. */
  'buyer-payments',
  /** The part of `buyer-payments` that a marketplace kept as tax and remits itself: it is never ours. */
  'tax:collected',
  /** Goods bought for orders whose sale is not booked yet. */
  'supplier-purchases',
  /**
   * What a supplier owes for orders that it cancelled after they were paid: to the holder if there is one, else to us.
   */
  'supplier-refunds',
  'fees:marketplace',
  'fees:payment',
  /** The platform's own expenses. */
  'fees:payout',
  'fees:dispute',
  /** Fees that PayPal kept of refunded payments, where the platform bears them. */
  'fees:kept',
  /** What a channel kept more (debit) or less (credit) than the sale was booked with, because it did not say so in time. */
  'fees:difference',
  /** Money of the platform that was spent twice, or for nothing, and does not come back. */
  'lost',
  /** A reseller's current account: credit is owed to them, debit is a receivable. */
  'reseller',
  /** Commissions owed to an admin until paid out. */
  'admin',
  /** Foreign money from sales, against what it was worth in the platform's currency when they were booked. */
  'fx:clearing',
  /** What conversions brought less (debit) or more (credit) than that. */
  'fx:difference',
] as const;
export type Account = (typeof accounts)[number];

/** Accounts that hold an order's amounts until its sale is booked; from then on the order's balance on them is zero. */
export const parkedAccounts = [
  'buyer-payments',
  'tax:collected',
  'fees:marketplace',
  'fees:payment',
  'supplier-purchases',
] as const satisfies readonly Account[];

export type Posting = { readonly account: Account; readonly holder?: UserId; readonly amount: Money };

/** The sum of a set of postings, per currency; an empty map when all is zero. */
export function imbalance(postings: readonly Posting[]): Map<Currency, bigint> {
  const sums = new Map<Currency, bigint>();
  for (const { amount } of postings) sums.set(amount.currency, (sums.get(amount.currency) ?? 0n) + amount.amountMinor);
  for (const [currency, total] of sums) if (total === 0n) sums.delete(currency);
  return sums;
}

/** Leaves out postings of zero. @throws when the postings do not sum to zero */
export function balanced(postings: readonly Posting[]): Posting[] {
  const off = imbalance(postings);
  invariant(off.size === 0, `postings do not sum to zero: ${[...off].map(([c, n]) => `${n} ${c}`).join(', ')}`);
  return postings.filter(posting => posting.amount.amountMinor !== 0n);
}

/** The postings that take a booking back. */
export const reversed = (postings: readonly Posting[]): Posting[] =>
  postings.map(posting => ({ ...posting, amount: negate(posting.amount) }));

/** One posting per account, holder and currency. */
export function merged(postings: readonly Posting[]): Posting[] {
  const sums = new Map<string, Posting>();
  for (const posting of postings) {
    const key = `${posting.account} ${posting.holder} ${posting.amount.currency}`;
    const before = sums.get(key);
    sums.set(key, before ? { ...before, amount: add(before.amount, posting.amount) } : posting);
  }
  return balanced([...sums.values()]);
}
