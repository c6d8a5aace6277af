/**
 * What a seller gave back of an order, without the tax that eBay had collected.
 *
 * eBay tells one refund in up to two places: with the order (what it cost the seller, after the fee that eBay gave back
 * for it) and with the lines that it is of (what the buyer got). One `refundId` in both places is one refund: the lines
 * say how much it is, the order how it stands. What only the order tells may be of any of its lines.
 * https://developer.ebay.com/api-docs/sell/fulfillment/types/sel:OrderRefund and sel:LineItemRefund
 */
import { isGreater, type Money, sum } from '../../domain/money.ts';
import type { WireRefund } from './schema.ts';

/** PENDING may still fail. Without an amount where eBay does not say how much, or says it twice and not the same. */
export type EbayRefund = { state: 'PENDING' | 'REFUNDED'; amount: Money | undefined };

export type EbayRefunds = {
  /** Of the order as a whole: of which line is not told. */
  ofOrder: EbayRefund[];
  /** Of each line, in the order of the lines. */
  ofLines: EbayRefund[][];
};

type Told = readonly WireRefund[];

export function readRefunds(order: Told = [], lines: readonly (Told | undefined)[]): EbayRefunds {
  const ofOrder = once(order);
  const ofLines = lines.map((refunds = []) => once(refunds));
  const statusOf = new Map(ofOrder.map(refund => [nameOf(refund), refund.refundStatus]));
  return {
    ofOrder: standing(ofOrder.filter(refund => !isToldBy(ofLines.flat(), refund))),
    ofLines: ofLines.map(refunds =>
      standing(
        refunds.map(refund => {
          const refundStatus = refund.refundStatus ?? (nameOf(refund) && statusOf.get(nameOf(refund)));
          return { ...refund, ...(refundStatus ? { refundStatus } : {}) };
        }),
      ),
    ),
  };
}

/** Refunds that were not made through the API have the second name only. */
const nameOf = ({ refundId, refundReferenceId }: WireRefund): string | undefined => refundId ?? refundReferenceId;

/** A refund that a list names twice is there once. Where the amounts differ, nobody knows which is right. */
function once(refunds: Told): WireRefund[] {
  const named = Map.groupBy(refunds, refund => nameOf(refund) ?? refund);
  return [...named.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const { amount, ...rest } = first;
    return others.every(other => isSame(other.amount, amount)) ? [first] : [rest];
  });
}

const isSame = (a: Money | undefined, b: Money | undefined): boolean =>
  a?.amountMinor === b?.amountMinor && a?.currency === b?.currency;

/** The lines tell of the refund, and of all of it: the order's amount is never more than what the buyer got. */
function isToldBy(lines: Told, refund: WireRefund): boolean {
  const name = nameOf(refund);
  const same = name === undefined ? [] : lines.filter(line => nameOf(line) === name);
  const { amount } = refund;
  if (same.length === 0 || !amount) return same.length > 0;
  const amounts = same.flatMap(line => (line.amount?.currency === amount.currency ? [line.amount] : []));
  return amounts.length === same.length && !isGreater(amount, sum(amounts, amount.currency));
}

/** Without those that came to nothing. Of a line no status is told: there the date comes with the money. */
const standing = (refunds: Told): EbayRefund[] =>
  refunds
    .filter(({ refundStatus }) => refundStatus !== 'FAILED')
    .map(({ amount, refundStatus, refundDate }) => ({
      state: (refundStatus ?? (refundDate && 'REFUNDED')) === 'REFUNDED' ? 'REFUNDED' : 'PENDING',
      amount,
    }));
