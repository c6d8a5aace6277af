/**
 * A seller's refunds of an order, without the tax that eBay had collected.
 *
 * eBay lists a refund in up to two places: with the order (what it cost the seller, after the fee that eBay gave back)
 * and with its lines (what the buyer got). One `refundId` in both places is one refund: the lines give its amount, the
 * order its status. A refund that only the order lists may belong to any line.
 * https://developer.ebay.com/api-docs/sell/fulfillment/types/sel:OrderRefund and sel:LineItemRefund
 */
import { isGreater, type Money, sum } from '../../domain/money.ts';
import type { WireRefund } from './schema.ts';

/** PENDING may still fail. The amount is absent where eBay gives none, or two that differ. */
export type EbayRefund = { state: 'PENDING' | 'REFUNDED'; amount: Money | undefined };

type EbayRefunds = {
  /** Refunds of the order as a whole, whose line is unknown. */
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
    ofOrder: withoutFailed(ofOrder.filter(refund => !isToldBy(ofLines.flat(), refund))),
    ofLines: ofLines.map(refunds =>
      withoutFailed(
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

/** A refund that a list names twice counts once. Where the amounts differ, nobody knows which is right. */
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

/** Whether the lines list the refund in full: the order's amount is never more than what the buyer got. */
function isToldBy(lines: Told, refund: WireRefund): boolean {
  const name = nameOf(refund);
  const same = name === undefined ? [] : lines.filter(line => nameOf(line) === name);
  const { amount } = refund;
  if (same.length === 0 || !amount) return same.length > 0;
  const amounts = same.flatMap(line => (line.amount?.currency === amount.currency ? [line.amount] : []));
  return amounts.length === same.length && !isGreater(amount, sum(amounts, amount.currency));
}

/** Leaves out failed refunds. A line's refund has no status: its date appears when the money has gone. */
const withoutFailed = (refunds: Told): EbayRefund[] =>
  refunds
    .filter(({ refundStatus }) => refundStatus !== 'FAILED')
    .map(({ amount, refundStatus, refundDate }) => ({
      state: (refundStatus ?? (refundDate && 'REFUNDED')) === 'REFUNDED' ? 'REFUNDED' : 'PENDING',
      amount,
    }));
